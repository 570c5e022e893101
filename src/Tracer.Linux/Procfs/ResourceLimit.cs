// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Linux.Procfs;

/// <summary>A soft and a hard limit from /proc/PID/limits; <see cref="Unlimited"/> where there is none.</summary>
public readonly record struct ResourceLimit(ulong Soft, ulong Hard)
{
    public const ulong Unlimited = ulong.MaxValue;

    internal static ResourceLimit? Parse(ReadOnlySpan<byte> limits, ReadOnlySpan<byte> name)
    {
        foreach (Range range in limits.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = limits[range];
            if (!line.StartsWith(name) || line.Length == name.Length || line[name.Length] != (byte)' ')
                continue;

            string[] columns = Encoding.ASCII.GetString(line[name.Length..])
                .Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (columns.Length >= 2 && Value(columns[0]) is { } soft && Value(columns[1]) is { } hard)
                return new ResourceLimit(soft, hard);
        }

        return null;
    }

    private static ulong? Value(string text)
    {
        if (text == "unlimited")
            return Unlimited;
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : null;
    }
}
