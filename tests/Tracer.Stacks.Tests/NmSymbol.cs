// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Stacks.Tests;

/// <summary>A function with a size, as nm prints it.</summary>
internal readonly record struct NmSymbol(ulong Address, ulong Size, string Name)
{
    /// <summary>The functions of a file by mangled name; later ones of the same name are left out.</summary>
    internal static Dictionary<string, NmSymbol> ReadFunctions(string path, params string[] options)
    {
        var functions = new Dictionary<string, NmSymbol>();
        foreach (string line in TargetProgram.Run("nm", ["-S", "--defined-only", .. options, path]).Split('\n'))
        {
            // 0000000000001169 0000000000000016 T plain_function
            string[] columns = line.Split(' ', 4);
            if (columns.Length == 4 && columns[2] is "T" or "t" or "W" or "i")
                functions.TryAdd(columns[3], new NmSymbol(Hex(columns[0]), Hex(columns[1]), columns[3]));
        }

        return functions;
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
