// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Stacks.Python;
using Xunit;

namespace Tracer.Stacks.Tests.Python;

/// <summary>The three line tables. The recorded ones are of real code; the others follow the documented formats byte by byte.</summary>
public sealed class PythonLinesTests
{
    [Theory]
    // Objects/lnotab_notes.txt of 3.8: byte 0 line 1, 6: 2, 50: 7, 350: 307, 361: 308, with steps beyond one byte split.
    [InlineData(0, 1)]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(49, 2)]
    [InlineData(50, 7)]
    [InlineData(349, 7)]
    [InlineData(350, 307)]
    [InlineData(361, 308)]
    [InlineData(100_000, 308)]
    [InlineData(-2, 1)]
    public void Steps_of_bytes_and_lines_are_added_up(int offset, int line) =>
        AssertLine(PythonLineFormat.Steps, "06 01 2c 05 ff 00 2d 7f 00 7f 00 2e 0b 01", firstLine: 1, offset, line);

    [Theory]
    [InlineData(0, 10)]
    [InlineData(4, 12)]
    [InlineData(8, 11)]
    public void Steps_can_go_back(int offset, int line) => AssertLine(PythonLineFormat.Steps, "04 02 04 ff", firstLine: 10, offset, line);

    [Theory]
    [InlineData(0, 100)]
    [InlineData(5, 100)]
    [InlineData(6, 101)]
    // A range of no line, and one that follows it.
    [InlineData(8, 0)]
    [InlineData(12, 99)]
    [InlineData(13, 99)]
    // A step beyond one byte is a range of no length before.
    [InlineData(14, 99 + 127 + 3)]
    [InlineData(-2, 100)]
    public void Ranges_have_a_line_or_none(int offset, int line) =>
        AssertLine(PythonLineFormat.Ranges, "06 00 02 01 04 80 02 fe 00 7f 02 03", firstLine: 100, offset, line);

    [Fact]
    public void Behind_the_last_range_there_is_nothing() =>
        Assert.False(PythonLines.TryFind(PythonLineFormat.Ranges, Bytes("06 00"), 1, 6, out _));

    [Theory]
    // Short form, two code units: 0x80 | code 0 << 3 | 1, one byte of columns; the line stays.
    [InlineData(0, 20)]
    [InlineData(3, 20)]
    // One line further (code 11), with two bytes of columns.
    [InlineData(4, 21)]
    // No location at all.
    [InlineData(6, 0)]
    // Without columns (code 13): -2 lines as a signed varint, 5.
    [InlineData(8, 19)]
    // Long form (code 14): +100 lines, 200 in two six-bit parts; then the end line and two columns.
    [InlineData(10, 119)]
    [InlineData(25, 119)]
    [InlineData(-2, 20)]
    public void Locations_of_all_forms_are_followed(int offset, int line) =>
        AssertLine(PythonLineFormat.Locations, "81 11  d8 01 02  f8  e8 05  f7 48 03 00 01 02", firstLine: 20, offset, line);

    [Theory]
    [InlineData("")]
    [InlineData("05 05 05")]
    [InlineData("81 11")]
    public void An_instruction_that_no_location_covers_has_no_line(string table) =>
        Assert.False(PythonLines.TryFind(PythonLineFormat.Locations, Bytes(table), 1, 4, out _));

    // A function with loops, try, with and statements over several lines, as compilers of three versions made it.
    [Theory]
    [MemberData(nameof(Recorded))]
    public void Recorded_tables_give_what_dis_says(string format, string table, int firstLine, string expected)
    {
        foreach (string pair in expected.Split(' '))
        {
            string[] parts = pair.Split('=');
            AssertLine(Enum.Parse<PythonLineFormat>(format), table, firstLine, Number(parts[0]), Number(parts[1]));
        }
    }

    public static IEnumerable<TheoryDataRow<string, string, int, string>> Recorded
    {
        get
        {
            // 3.9
            yield return new(
                "Steps",
                "0001040108010401020106ff060204fe08030c01040208fe0a0216010a01040106ff2402060206fe",
                1,
                "0=2 4=3 12=4 16=5 18=6 24=5 30=7 34=5 42=8 54=9 58=11 66=9 76=11 98=12 108=13 112=14 118=13 154=15 160=17 166=15");
            // 3.10
            yield return new(
                "Ranges",
                "0401080104010201080104ff040208fe0c0304010a0202fd02fd14060a010401060108ff1cff0603060206fe",
                1,
                "0=2 2=2 4=3 10=3 12=4 14=4 16=5 18=6 24=6 26=5 28=5 30=7 32=7 34=5 40=5 42=8 52=8 54=9 56=9 58=11 66=11 68=8 "
                + "70=5 72=11 90=11 92=12 100=12 102=13 104=13 106=14 110=14 112=13 118=13 120=12 146=12 148=15 152=15 154=17 "
                + "158=17 160=15 164=15");
            // 3.12
            yield return new(
                "Locations",
                "8000d80c0d8045d81117f2000805178805f002070917d80c11d8191ea0119a19f10300171ce0171c9066f105020d1e8945f00c000d1290"
                + "51894a8945f011080517f412000a0e88638b19f0000205169061d8080d9413d80c0d8f4689468b48f303011216f1000109168805f70302"
                + "0516f40a00090e88658b0cf605020c16d80e0f8a01f203020c16f000020516f8f40f001019f200010915d80c14e00c119051894a8945f0"
                + "07010915fbf006000d129051894a8945faf702020516f000020516fcf206020c16",
                1,
                "0=1 2=2 4=2 6=3 14=3 16=4 18=5 20=6 28=6 30=5 32=5 34=7 36=7 38=5 44=5 46=11 56=11 58=3 60=12 82=12 84=13 "
                + "94=13 96=14 124=14 126=13 138=13 140=12 154=12 156=17 174=17 176=15 188=15 190=16 196=16 198=15 204=15 206=0 "
                + "208=8 222=8 224=9 226=11 236=11 238=8 240=0 246=0 248=11 258=11 260=0 264=0 266=12 282=12 284=0 292=0 294=15 "
                + "298=15");
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void AssertLine(PythonLineFormat format, string table, int firstLine, int offset, int expected)
    {
        Assert.True(PythonLines.TryFind(format, Bytes(table), firstLine, offset, out uint line));
        Assert.Equal(expected, (int)line);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
