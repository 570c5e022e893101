// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;
using System.Globalization;

namespace Tracer.Linux.Procfs;

/// <summary>The lines of /proc/PID/status that are used; null where a line is missing or broken.</summary>
/// <param name="EffectiveUid">Effective user id, as seen from the reader's user namespace.</param>
/// <param name="NamespacePid">Process id in the innermost pid namespace.</param>
/// <param name="EffectiveCapabilities">CapEff, one bit per capability.</param>
/// <param name="ThreadGroup">The process: another id than that of the directory if that is of one of its threads.</param>
public readonly record struct ProcessStatusFile(uint? EffectiveUid, uint? NamespacePid, ulong? EffectiveCapabilities, uint? ThreadGroup = null)
{
    internal static ProcessStatusFile Parse(ReadOnlySpan<byte> text)
    {
        uint? uid = null;
        uint? namespacePid = null;
        ulong? capabilities = null;
        uint? threadGroup = null;
        foreach (Range range in text.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = text[range];
            // The name, which the target chooses, cannot fake a line: the kernel escapes newlines in it.
            if (line.StartsWith("Uid:\t"u8))
                uid ??= Number(Column(line[5..], 1));
            else if (line.StartsWith("Tgid:\t"u8))
                threadGroup ??= Number(line[6..]);
            else if (line.StartsWith("NSpid:\t"u8))
                namespacePid ??= Number(line[(line.LastIndexOf((byte)'\t') + 1)..]);
            else if (line.StartsWith("CapEff:\t"u8))
                capabilities ??= Hex(line[8..]);
        }

        return new ProcessStatusFile(uid, namespacePid, capabilities, threadGroup);
    }

    private static ReadOnlySpan<byte> Column(ReadOnlySpan<byte> columns, int index)
    {
        foreach (Range range in columns.Split((byte)'\t'))
        {
            if (index-- == 0)
                return columns[range];
        }

        return [];
    }

    private static uint? Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out uint value, out int used) && used == text.Length ? value : null;

    private static ulong? Hex(ReadOnlySpan<byte> text) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : null;
}
