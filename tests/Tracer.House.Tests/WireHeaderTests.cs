// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>The event layout is the same for every compiler, and no byte of it is nobody's.</summary>
public sealed class WireHeaderTests
{
    private static readonly WireHeader Wire = new(Repository.Read("bpf/wire.h"));

    [Fact]
    public void Structs_are_found() => Assert.Contains("tcp_event", Wire.Structs.Select(found => found.Name));

    [Fact]
    public void Fields_are_fixed_width_integers_or_structs_of_them() =>
        Repository.AssertNone(
            from found in Wire.Structs
            from field in found.Fields
            where field.IsUnreadable
            select $"{found.Name}: {field.Type} {field.Name}",
            "fields of wire.h that are not a fixed-width integer, a known struct or an array of either");

    [Fact]
    public void No_packing_no_bit_fields_no_wide_or_boolean_types() =>
        Assert.DoesNotMatch(@"\bpacked\b|__attribute__|\b__int128\b|\bbool\b|\w\s*:\s*\d+\s*;|#pragma", Wire.Code);

    [Fact]
    public void Padding_is_a_named_field() =>
        Repository.AssertNone(
            from found in Wire.Structs
            from hole in found.Fields.Where(field => field.Hole > 0).Select(field => $"before {field.Name}").Concat(found.TailHole > 0 ? ["at the end"] : [])
            select $"{found.Name}: {hole}",
            "padding that is not a field named reserved");

    [Fact]
    public void Sizes_are_multiples_of_eight() =>
        Repository.AssertNone(Wire.Structs.Where(found => found.Size % 8 != 0).Select(found => $"{found.Name}: {found.Size}"), "structs whose size is not a multiple of 8");

    [Fact]
    public void Every_record_starts_with_the_event_header()
    {
        Assert.NotEmpty(Wire.EventStructs);
        Repository.AssertNone(Wire.EventStructs.Where(name => !StartsWithHeader(Wire[name])), "records that do not start with struct tcp_event_header");
    }

    [Fact]
    public void Enum_values_carry_their_enum_and_zero_is_unknown()
    {
        foreach (Match match in Regex.Matches(Wire.Code, @"^enum (?<name>\w+) \{(?<body>.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline))
        {
            string prefix = match.Groups["name"].Value.ToUpperInvariant() + "_";
            string[] values = [.. Regex.Matches(match.Groups["body"].Value, @"(?<name>\w+) = (?<value>[^,]+),").Select(value => $"{value.Groups["name"].Value} {value.Groups["value"].Value}")];
            Assert.All(values, value => Assert.StartsWith(prefix, value, StringComparison.Ordinal));
            bool isSet = values.Any(value => value.Contains("<<", StringComparison.Ordinal));
            bool isIndex = values.Any(value => value.StartsWith(prefix + "COUNT ", StringComparison.Ordinal));
            Assert.True(isSet || isIndex || values.Contains(prefix + "UNKNOWN 0"), $"enum {match.Groups["name"].Value} has no UNKNOWN = 0");
        }
    }

    [Theory]
    [InlineData("struct a {\n\t__u8 x;\n\t__u32 y;\n};", "hole 3 before y")]
    [InlineData("struct a {\n\t__u32 x;\n\t__u8 y;\n};", "hole 3 at the end")]
    [InlineData("struct a {\n\tint x;\n};", "unreadable int x")]
    [InlineData("struct a {\n\t__u32 x : 3;\n};", "unreadable __u32 x : 3")]
    [InlineData("#define TCP_N 3\nstruct a {\n\t__u16 x[TCP_N];\n\t__u8 y[2]; /* z */\n};", "size 8")]
    public void The_reading_of_a_header_notices_what_is_wrong(string source, string expected)
    {
        WireHeader.Struct found = Assert.Single(new WireHeader(source).Structs);
        string[] facts =
        [
            $"size {found.Size}",
            $"hole {found.TailHole} at the end",
            .. found.Fields.Select(field => field.IsUnreadable ? $"unreadable {field.Name}" : $"hole {field.Hole} before {field.Name}"),
        ];
        Assert.Contains(expected, facts);
    }

    private static bool StartsWithHeader(WireHeader.Struct found)
    {
        string first = found.Fields[0].Type;
        return first == "struct tcp_event_header" || (first.StartsWith("struct ", StringComparison.Ordinal) && StartsWithHeader(Wire[first[7..]]));
    }
}
