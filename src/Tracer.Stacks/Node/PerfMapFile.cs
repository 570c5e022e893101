// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Tracer.Linux.Files;
using Tracer.Linux.Procfs;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Node;

/// <summary>
/// The perf map that V8 writes: a line for each piece of code, appended for as long as the process runs. Lines are read once, the new ones when asked.
/// </summary>
internal sealed class PerfMapFile(TargetProcess process) : IDisposable
{
    // V8 opens it before anything of the program runs, so its number is low.
    private const int MaxDescriptor = 1024;
    private const int WindowBytes = 64 * 1024;
    internal const long MaxBytes = 256 * 1024 * 1024;

    private readonly byte[] _ending = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/perf-{process.NamespacePid}.map"));
    private TargetFile? _file;
    private long _offset;

    internal bool IsOpen => _file is not null;

    /// <summary>More was written than is read.</summary>
    internal bool IsTooLong => _offset >= MaxBytes;

    /// <summary>
    /// Finds the file among the descriptors of the process. By its name a map may be the leaving of another process with the same pid, in a
    /// container above all, and would give wrong names; the one that is held open is this process's.
    /// </summary>
    internal bool TryOpen()
    {
        for (int descriptor = 0; _file is null && descriptor < MaxDescriptor; descriptor++)
        {
            string link = string.Create(CultureInfo.InvariantCulture, $"fd/{descriptor}");
            if (process.Root.ReadLink(process.Pid, link, out byte[] path) != ProcfsStatus.Ok || !path.AsSpan().EndsWith(_ending))
                continue;
            if (TargetFile.OpenOwn(process.Root, process.Root.PathOf(process.Pid, link), out TargetFile? file) != ProcfsStatus.Ok || file is null)
                continue;
            if (file.OwnerUid == process.EffectiveUid)
                _file = file;
            else
                file.Dispose();
        }

        return IsOpen;
    }

    /// <summary>Adds the lines that are new since the last time.</summary>
    internal void ReadNew(CodeTableBuilder table)
    {
        if (_file is not null)
            _offset = Read(_file.Read, _offset, table);
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Reads whole lines from an offset on; returns where the next one begins.</summary>
    internal static long Read(ReadAt file, long offset, CodeTableBuilder table)
    {
        var window = new byte[WindowBytes];
        bool isInside = false;
        while (offset < MaxBytes)
        {
            int filled = file(offset, window);
            ReadOnlySpan<byte> rest = window.AsSpan(0, Math.Max(0, filled));
            int end = rest.LastIndexOf((byte)'\n');
            if (end < 0)
            {
                // A line that is not finished yet is read the next time; one longer than the window is none of V8's.
                if (rest.Length < window.Length)
                    return offset;
                offset += rest.Length;
                isInside = true;
                continue;
            }

            offset += end + 1;
            foreach (Range line in rest[..end].Split((byte)'\n'))
            {
                if (!isInside)
                    Add(rest[line], table);
                isInside = false;
            }
        }

        return offset;
    }

    /// <summary>Reads bytes at an offset; 0 at the end.</summary>
    internal delegate int ReadAt(long offset, Span<byte> buffer);

    // 7fc514034980 378 JS:~userLoop /srv/s.js:16:18
    private static void Add(ReadOnlySpan<byte> line, CodeTableBuilder table)
    {
        int first = line.IndexOf((byte)' ');
        if (first <= 0)
            return;
        ReadOnlySpan<byte> rest = line[(first + 1)..];
        int second = rest.IndexOf((byte)' ');
        if (second > 0 && ulong.TryParse(line[..first], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong start)
            && ulong.TryParse(rest[..second], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong size))
            table.Add(start, size, rest[(second + 1)..]);
    }
}
