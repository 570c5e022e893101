// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tracer.Linux.Elf;
using Tracer.Stacks.Runtimes;

namespace Tracer.Stacks.Php;

/// <summary>The version of a PHP binary.</summary>
internal readonly partial record struct PhpVersion(int Major, int Minor, int Patch)
{
    private const int MaxVersionBytes = 32;

    // SAPI_PHP_VERSION_HEADER of main/SAPI.h: compiled in, whatever expose_php says.
    private static ReadOnlySpan<byte> Header => "X-Powered-By: PHP/"u8;

    public override string ToString() => Patch < 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}")
        : string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    /// <summary>Reads it from the constants of the file, or else from its name; null when neither says.</summary>
    internal static PhpVersion? Of(ElfFile file, string fileName)
    {
        ReadOnlySpan<byte> data = ReadOnlyData.Read(file);
        int at = data.IndexOf(Header);
        if (at >= 0)
        {
            ReadOnlySpan<byte> text = data[(at + Header.Length)..];
            return Parse(FullText(), Encoding.ASCII.GetString(text[..Math.Min(text.Length, MaxVersionBytes)]));
        }

        return Parse(NameText(), fileName);
    }

    private static PhpVersion? Parse(Regex pattern, string text)
    {
        Match match = pattern.Match(text);
        if (!match.Success)
            return null;
        int patch = match.Groups["patch"].Success ? Number(match.Groups["patch"]) : -1;
        return new PhpVersion(Number(match.Groups["major"]), Number(match.Groups["minor"]), patch);
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<major>[0-9]{1,2})\.(?<minor>[0-9]{1,2})\.(?<patch>[0-9]{1,3})")]
    private static partial Regex FullText();

    // php8.2, php-fpm7.4, libphp8.2.so
    [GeneratedRegex(@"php[^0-9]*(?<major>[0-9])\.(?<minor>[0-9]{1,2})")]
    private static partial Regex NameText();
}
