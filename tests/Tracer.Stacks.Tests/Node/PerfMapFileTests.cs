// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text;
using Tracer.Linux;
using Tracer.Stacks.Node;
using Tracer.Stacks.Runtimes;
using Xunit;

namespace Tracer.Stacks.Tests.Node;

public sealed class PerfMapFileTests
{
    private const string Sample = """
        7f0000001000 100 JS:~first /s.js:1:1
        7f0000002000 20 JS:~second /s.js:2:1
        7f00000010f0 40 JS:*third /s.js:3:1
        1908d00 c Builtin:ConsoleTimeEnd

        """;

    [Fact]
    public void Later_lines_evict_earlier_ones()
    {
        CodeTable table = Read(Encoding.ASCII.GetBytes(Sample), out _);

        Assert.Equal(3, table.Count);
        Assert.False(table.TryFind(0x7f0000001000, out _));
        Assert.True(table.TryFind(0x7f0000001100, out ReadOnlySpan<byte> name));
        Assert.Equal("JS:*third /s.js:3:1", Encoding.ASCII.GetString(name));
    }

    [Fact]
    public void Line_that_is_still_being_written_is_read_later()
    {
        byte[] text = Encoding.ASCII.GetBytes(Sample);
        for (int cut = 0; cut <= text.Length; cut++)
        {
            var builder = new CodeTableBuilder();
            long next = PerfMapFile.Read(Source(text.AsMemory(0, cut)), 0, builder);
            Assert.True(next == 0 || text[next - 1] == '\n');
            Assert.Equal(text.Length, PerfMapFile.Read(Source(text), next, builder));
            Assert.Equal(3, builder.Build().Count);
        }
    }

    [Fact]
    public void Line_longer_than_any_name_is_passed_over()
    {
        byte[] text = Encoding.ASCII.GetBytes($"1000 10 JS:~before /s.js:1:1\n2000 10 {new string('x', 300_000)} 3000 10 JS:~inside /s.js:1:1\n4000 10 JS:~after /s.js:1:1\n");

        CodeTable table = Read(text, out long next);

        Assert.Equal(text.Length, next);
        Assert.Equal(2, table.Count);
        Assert.True(table.TryFind(0x4000, out _));
        Assert.False(table.TryFind(0x3000, out _));
    }

    [Fact]
    public void Damaged_map_never_throws_hangs_or_grows()
    {
        var random = new Random(3);
        byte[] original = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 2000).Select(
            i => $"7f00000{i % 700:x4}0 {i % 300:x} JS:{"~^+*"[i % 4]}function{i} /srv/file{i % 13}.js:{i}:{i % 80}\n")));
        for (int round = 0; round < 500; round++)
        {
            byte[] text = [.. original];
            for (int flips = random.Next(1, 200); flips > 0; flips--)
                text[random.Next(text.Length)] = random.Next(4) switch { 0 => (byte)'\n', 1 => (byte)' ', 2 => (byte)'f', _ => (byte)random.Next(256) };
            long started = Stopwatch.GetTimestamp();

            CodeTable table = Read(text, out _);

            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 0, 2000);
            for (int i = 0; i < table.Count; i++)
                Assert.DoesNotContain(ScriptName.Parse(ControlText.Sanitize(table.NameOf(i))).Function, char.IsControl);
        }
    }

    private static CodeTable Read(byte[] text, out long next)
    {
        var builder = new CodeTableBuilder();
        next = PerfMapFile.Read(Source(text), 0, builder);
        return builder.Build();
    }

    private static PerfMapFile.ReadAt Source(ReadOnlyMemory<byte> text) => (offset, buffer) =>
    {
        int count = (int)Math.Min(buffer.Length, Math.Max(0, text.Length - offset));
        text.Span.Slice((int)Math.Min(offset, text.Length), count).CopyTo(buffer);
        return count;
    };
}
