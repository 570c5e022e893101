// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Linux.Procfs;

/// <summary>Reads /proc/PID/maps. Stateless.</summary>
public sealed class MapsReader(ProcfsRoot root)
{
    /// <summary>Bytes of a maps file that are read; the kernel allows 65530 mappings by default.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private static ReadOnlySpan<byte> DeletedMark => " (deleted)"u8;

    /// <summary>
    /// Reads the mappings in address order, the executable ones only when asked. Lines that make no sense or break the order are left out.
    /// </summary>
    public ProcfsStatus Read(uint pid, bool executableOnly, out List<MemoryMapping> mappings)
    {
        ProcfsStatus status = root.Read(pid, "maps", MaxBytes, out byte[] text);
        mappings = Parse(text, executableOnly);
        return status;
    }

    internal static List<MemoryMapping> Parse(ReadOnlySpan<byte> text, bool executableOnly)
    {
        var mappings = new List<MemoryMapping>();
        string lastPath = "";
        ulong lastEnd = 0;
        while (!text.IsEmpty)
        {
            int length = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = length < 0 ? text : text[..length];
            // A last line without its end was cut off: its path would be wrong.
            if (length >= 0 && TryParse(line, lastPath, out MemoryMapping mapping) && mapping.Start >= lastEnd)
            {
                lastEnd = mapping.End;
                lastPath = mapping.Path;
                if (mapping.IsExecutable || !executableOnly)
                    mappings.Add(mapping);
            }

            text = length < 0 ? default : text[(length + 1)..];
        }

        return mappings;
    }

    // 7f5c9f82a000-7f5c9f980000 r-xp 00026000 fe:00 332096                     /usr/lib/x86_64-linux-gnu/libc.so.6
    private static bool TryParse(ReadOnlySpan<byte> line, string lastPath, out MemoryMapping mapping)
    {
        mapping = default;
        if (!TryHex(ref line, (byte)'-', out ulong start) || !TryHex(ref line, (byte)' ', out ulong end) || end <= start
            || line.Length < 5 || line[4] != (byte)' ')
            return false;
        bool isExecutable = line[2] == (byte)'x';
        line = line[5..];
        if (!TryHex(ref line, (byte)' ', out ulong offset) || !TryHex(ref line, (byte)':', out ulong major)
            || !TryHex(ref line, (byte)' ', out ulong minor) || major > uint.MaxValue || minor > uint.MaxValue)
            return false;

        int space = line.IndexOf((byte)' ');
        ReadOnlySpan<byte> digits = space < 0 ? line : line[..space];
        if (!ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong inode))
            return false;

        ReadOnlySpan<byte> raw = space < 0 ? default : line[space..].TrimStart((byte)' ');
        bool isDeleted = inode != 0 && raw.EndsWith(DeletedMark);
        string path = Unescape(isDeleted ? raw[..^DeletedMark.Length] : raw, lastPath);
        mapping = new MemoryMapping(start, end, isExecutable, offset, (uint)major, (uint)minor, inode, path, isDeleted);
        return true;
    }

    private static bool TryHex(ref ReadOnlySpan<byte> line, byte terminator, out ulong value)
    {
        int length = line.IndexOf(terminator);
        value = 0;
        if (length <= 0 || !ulong.TryParse(line[..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
            return false;
        line = line[(length + 1)..];
        return true;
    }

    // The kernel writes a newline in a path as \012 and leaves everything else alone, the backslash too.
    private static string Unescape(ReadOnlySpan<byte> raw, string lastPath)
    {
        // The segments of one file follow each other and share one string.
        string path = Encoding.UTF8.GetString(raw);
        if (path.Contains("\\012", StringComparison.Ordinal))
            path = path.Replace("\\012", "\n", StringComparison.Ordinal);
        return path == lastPath ? lastPath : path;
    }
}
