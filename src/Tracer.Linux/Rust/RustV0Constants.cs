// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Linux.Rust;

/// <summary>Constants in Rust v0 names that are made of one value: numbers, booleans, characters and texts.</summary>
internal static class RustV0Constants
{
    /// <summary>Reads the value behind a type's tag; false when that is no type of a single value. The reader knows when the value is damaged.</summary>
    internal static bool TryRead(char tag, RustV0Reader name, out string text)
    {
        text = "";
        switch (tag)
        {
            case 'p':
                text = "_";
                return true;
            case 'h' or 't' or 'm' or 'y' or 'o' or 'j':
                text = Number(name.TakeHex());
                return true;
            case 'a' or 's' or 'l' or 'x' or 'n' or 'i':
                text = (name.TryTake('n') ? "-" : "") + Number(name.TakeHex());
                return true;
            case 'b':
                text = Boolean(name);
                return true;
            case 'c':
                text = Character(name);
                return true;
            default:
                return false;
        }
    }

    /// <summary>A text in quotation marks, from the hexadecimal digits of its UTF-8.</summary>
    internal static string ReadText(RustV0Reader name)
    {
        string digits = name.TakeHex();
        if (digits.Length % 2 != 0)
        {
            name.Fail();
            return "";
        }

        var text = new StringBuilder("\"");
        foreach (Rune rune in Encoding.UTF8.GetString(Convert.FromHexString(digits)).EnumerateRunes())
            text.Append(rune.Value == '\'' ? "'" : Escape(rune));
        return text.Append('"').ToString();
    }

    private static string Number(string digits)
    {
        const int mostDigits = 16;
        string trimmed = digits.TrimStart('0');
        return trimmed.Length > mostDigits || !ulong.TryParse(trimmed, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? trimmed.Length == 0 ? "0" : "0x" + trimmed
            : value.ToString(CultureInfo.InvariantCulture);
    }

    private static string Boolean(RustV0Reader name)
    {
        switch (name.TakeHex())
        {
            case "0":
                return "false";
            case "1":
                return "true";
            default:
                name.Fail();
                return "";
        }
    }

    private static string Character(RustV0Reader name)
    {
        if (int.TryParse(name.TakeHex(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) && Rune.IsValid(code))
            return $"'{(code == '"' ? "\"" : Escape(new Rune(code)))}'";
        name.Fail();
        return "";
    }

    private static string Escape(Rune rune) => rune.Value switch
    {
        '\0' => "\\0",
        '\t' => "\\t",
        '\r' => "\\r",
        '\n' => "\\n",
        '\\' => "\\\\",
        '\'' => "\\'",
        '"' => "\\\"",
        < 0x20 or 0x7f => string.Create(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
        _ => rune.ToString(),
    };
}
