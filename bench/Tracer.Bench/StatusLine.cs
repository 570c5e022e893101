// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Bench;

/// <summary>Numbers in the kernel's files of lines "Name: 123 kB".</summary>
internal static class StatusLine
{
    /// <summary>The number behind the first line that begins so.</summary>
    public static double Number(string path, string name) =>
        double.Parse(
            File.ReadLines(path).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[0],
            CultureInfo.InvariantCulture);
}
