// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Linux.Rust;

/// <summary>The characters of a Rust v0 name behind its prefix: numbers and identifiers. Once something is wrong, all that follows is.</summary>
internal sealed class RustV0Reader(string name)
{
    internal const char End = '\0';

    private int _next;

    internal bool HasFailed { get; private set; }

    internal char Peek => HasFailed || _next >= name.Length ? End : name[_next];

    /// <summary>Where the next character is; references count the same way.</summary>
    internal int Position
    {
        get => _next;
        set => _next = value;
    }

    internal void Fail() => HasFailed = true;

    internal char Take()
    {
        char next = Peek;
        if (next == End)
            HasFailed = true;
        else
            _next++;
        return next;
    }

    internal bool TryTake(char wanted)
    {
        if (Peek != wanted)
            return false;
        _next++;
        return true;
    }

    /// <summary>Base 62 up to the next underscore: nothing is 0, 0 is 1, 1 is 2.</summary>
    internal ulong TakeBase62()
    {
        if (TryTake('_'))
            return 0;
        ulong value = 0;
        for (char digit = Take(); !HasFailed && digit != '_'; digit = Take())
        {
            int next = char.IsAsciiDigit(digit) ? digit - '0'
                : char.IsAsciiLetterLower(digit) ? digit - 'a' + 10
                : char.IsAsciiLetterUpper(digit) ? digit - 'A' + 36
                : -1;
            if (next < 0 || value > (ulong.MaxValue - 64) / 62)
                HasFailed = true;
            else
                value = (value * 62) + (ulong)next;
        }

        return HasFailed ? 0 : value + 1;
    }

    /// <summary>A number behind a mark: 0 without the mark, else one more than the number.</summary>
    internal ulong TakeOptionalBase62(char mark) => TryTake(mark) ? TakeBase62() + 1 : 0;

    /// <summary>Hexadecimal digits up to an underscore.</summary>
    internal string TakeHex()
    {
        int begin = _next;
        while (char.IsAsciiHexDigitLower(Peek))
            _next++;
        string digits = name[begin.._next];
        if (Take() != '_')
            HasFailed = true;
        return HasFailed ? "" : digits;
    }

    /// <summary>A length and as many bytes, after the mark for punycode.</summary>
    internal string TakeIdentifier()
    {
        bool isPunycode = TryTake('u');
        int length = TakeDecimal();
        // Separates the length from bytes that begin with a digit or an underscore.
        TryTake('_');
        if (HasFailed || length > name.Length - _next)
        {
            HasFailed = true;
            return "";
        }

        string bytes = name.Substring(_next, length);
        _next += length;
        return isPunycode ? Punycode.TryDecode(bytes, out string text) ? text : $"punycode{{{bytes}}}" : bytes;
    }

    private int TakeDecimal()
    {
        int begin = _next;
        while (char.IsAsciiDigit(Peek))
            _next++;
        ReadOnlySpan<char> digits = name.AsSpan(begin, _next - begin);
        // A leading zero is a zero.
        if (digits.Length > 1 && digits[0] == '0')
        {
            _next = begin + 1;
            return 0;
        }

        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            return value;
        HasFailed = true;
        return 0;
    }
}
