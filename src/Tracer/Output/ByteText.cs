// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Output;

/// <summary>Numbers of bytes the way an operator reads them.</summary>
internal static class ByteText
{
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB"];

    public static string Format(ulong bytes)
    {
        if (bytes < 1024)
            return $"{bytes} bytes";
        double size = bytes / 1024.0;
        int unit = 0;
        while (size >= 1024 && unit < Units.Length - 1)
        {
            size /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }
}
