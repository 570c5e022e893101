// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Linux.Elf;
using Tracer.Stacks.Unwind;
using Xunit;

namespace Tracer.Stacks.Tests.Unwind;

/// <summary>Compares the compiled table with readelf on every row of large real files.</summary>
public sealed class UnwindTableOracleTests(ITestOutputHelper output)
{
    [Fact]
    public void Rows_of_libc_are_those_of_readelf() => Compare("/lib/x86_64-linux-gnu/libc.so.6", atLeast: 20_000);

    [Fact]
    public void Rows_of_libstdcxx_are_those_of_readelf() => Compare("/lib/x86_64-linux-gnu/libstdc++.so.6", atLeast: 20_000);

    [Fact]
    public void Rows_of_libssl_are_those_of_readelf() => Compare("/lib/x86_64-linux-gnu/libssl.so.3", atLeast: 5_000);

    [Fact]
    public void Rows_of_libcrypto_are_those_of_readelf() => Compare("/lib/x86_64-linux-gnu/libcrypto.so.3", atLeast: 50_000);

    [Fact]
    public void Rows_of_libjvm_are_those_of_readelf() =>
        Compare(Directory.GetFiles("/usr/lib/jvm", "libjvm.so", SearchOption.AllDirectories).Order().First(), atLeast: 150_000);

    [Fact]
    public void Rows_of_libcoreclr_are_those_of_readelf() =>
        Compare(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libcoreclr.so"), atLeast: 50_000);

    [Fact]
    public void Rows_of_node_are_those_of_readelf() => Compare("/usr/bin/node", atLeast: 250_000);

    private void Compare(string path, int atLeast)
    {
        using ElfFile file = ElfImages.Open(path);
        UnwindTable table = CompileTimed(path, file);
        var boundaries = new HashSet<uint>();
        var starts = new HashSet<ulong>();
        var ends = new List<ulong>();
        int compared = 0;
        foreach (ReadelfFunction function in ReadelfFrames.Read(path))
        {
            if (function.Start == function.End)
                continue;
            starts.Add(function.Start);
            ends.Add(function.End);
            compared += Compare(file, table, function, boundaries);
        }

        foreach (ulong end in ends)
        {
            boundaries.Add(OffsetOf(file, end - 1) + 1);
            if (!starts.Contains(end))
                Assert.Equal(UnwindRowKind.None, table.Find(OffsetOf(file, end - 1) + 1).Kind);
        }

        // Neither a row too few nor one too many.
        Assert.All(table.Rows, row => Assert.Contains(row.Offset, boundaries));
        Assert.Equal(ends.Count, table.Functions);
        output.WriteLine($"{Path.GetFileName(path)}: {compared} rows of readelf compared, {table.Functions} functions, {table.Rows.Length} rows: "
            + string.Join(", ", table.Rows.CountBy(row => row.Kind).Select(pair => $"{pair.Key} {pair.Value}")));
        Assert.InRange(compared, atLeast, int.MaxValue);
    }

    private static int Compare(ElfFile file, UnwindTable table, ReadelfFunction function, HashSet<uint> boundaries)
    {
        int compared = 0;
        for (int i = 0; i < function.Rows.Count && function.Rows[i].Location < function.End; i++)
        {
            ReadelfRow expected = function.Rows[i];
            ulong next = i + 1 < function.Rows.Count ? Math.Min(function.Rows[i + 1].Location, function.End) : function.End;
            uint first = OffsetOf(file, expected.Location);
            UnwindRow row = table.Find(first);
            Assert.True(expected.Agrees(row), $"{expected} is {row}");
            row = table.Find(first + (uint)(next - expected.Location) - 1);
            Assert.True(expected.Agrees(row), $"{expected} at its end is {row}");
            boundaries.Add(first);
            compared++;
        }

        return compared;
    }

    private UnwindTable CompileTimed(string path, ElfFile file)
    {
        UnwindTable? table = null;
        var times = new List<double>();
        for (int i = 0; i < 3; i++)
        {
            long started = Stopwatch.GetTimestamp();
            Assert.Equal(UnwindTableStatus.Ok, UnwindTableCompiler.Compile(file, out table));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        output.WriteLine($"{Path.GetFileName(path)}: {string.Join(", ", times.Select(time => $"{time:F1} ms"))}");
        return table!;
    }

    private static uint OffsetOf(ElfFile file, ulong address)
    {
        foreach (ElfSegment segment in file.Segments)
        {
            if (segment.Type == ElfSegment.Load && address >= segment.VirtualAddress && address - segment.VirtualAddress < segment.FileSize)
                return (uint)(address - segment.VirtualAddress + segment.Offset);
        }

        throw new InvalidOperationException($"no segment has {address:x}");
    }
}
