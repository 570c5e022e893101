// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tracer.Linux.Elf;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Python;

/// <summary>The version of a CPython 3 binary; the micro version is -1 when only the name of the file told.</summary>
internal readonly partial record struct PythonVersion(int Minor, int Micro)
{
    private const int OldestMinor = 4;
    private const int NewestMinor = 29;

    public override string ToString() => Micro < 0
        ? string.Create(CultureInfo.InvariantCulture, $"3.{Minor}")
        : string.Create(CultureInfo.InvariantCulture, $"3.{Minor}.{Micro}");

    /// <summary>From PY_VERSION_HEX: 0x030b02f0 is 3.11.2.</summary>
    internal static PythonVersion? FromHex(ulong hex) =>
        hex >> 24 == 3 ? new PythonVersion((int)(hex >> 16) & 0xff, (int)(hex >> 8) & 0xff) : null;

    /// <summary>From the file's name and its constants: before 3.11 no symbol says it. Null when neither does.</summary>
    internal static PythonVersion? Of(ElfFile file, string fileName)
    {
        Match match = NameText().Match(fileName);
        int named = match.Success ? int.Parse(match.Groups["minor"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : -1;
        return FindText(Encoding.Latin1.GetString(ReadOnlyData.Read(file)), named) ?? (named >= 0 ? new PythonVersion(named, -1) : null);
    }

    // PY_VERSION of patchlevel.h is one of the constants. Other libraries in the same file have version texts too, but a name excludes them.
    internal static PythonVersion? FindText(string constants, int minor)
    {
        foreach (Match match in VersionText().Matches(constants))
        {
            int found = int.Parse(match.Groups["minor"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            if (minor < 0 ? found is >= OldestMinor and <= NewestMinor : found == minor)
                return new PythonVersion(found, int.Parse(match.Groups["micro"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture));
        }

        return null;
    }

    // libpython3.9.so.1.0, libpython3.9m.so, python3.9
    [GeneratedRegex(@"python3\.(?<minor>[0-9]{1,2})")]
    private static partial Regex NameText();

    [GeneratedRegex("(?<![0-9.])3\\.(?<minor>[0-9]{1,2})\\.(?<micro>[0-9]{1,2})\\+?\0")]
    private static partial Regex VersionText();
}
