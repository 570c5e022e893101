// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Linux.Rust;

/// <summary>Punycode (RFC 3492) as Rust names have it: '_' in place of '-' as the delimiter.</summary>
internal static class Punycode
{
    private const int MaxLetters = 256;
    private const int Base = 36;
    private const int SmallestThreshold = 1;
    private const int LargestThreshold = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int FirstBias = 72;
    private const int FirstCode = 0x80;
    private const int LastCode = 0x10ffff;

    internal static bool TryDecode(string text, out string decoded)
    {
        decoded = "";
        int delimiter = text.LastIndexOf('_');
        var letters = new List<Rune>();
        foreach (char plain in delimiter > 0 ? text.AsSpan(0, delimiter) : default)
            letters.Add(Rune.TryCreate(plain, out Rune letter) ? letter : Rune.ReplacementChar);
        ReadOnlySpan<char> digits = text.AsSpan(delimiter + 1);
        long code = FirstCode;
        long index = 0;
        int bias = FirstBias;
        while (!digits.IsEmpty)
        {
            long before = index;
            if (!TryReadNumber(ref digits, bias, ref index) || letters.Count >= MaxLetters)
                return false;
            int count = letters.Count + 1;
            bias = Adapt(index - before, count, isFirst: before == 0);
            code += index / count;
            index %= count;
            if (code > LastCode || !Rune.IsValid((int)code))
                return false;
            letters.Insert((int)index++, new Rune((int)code));
        }

        decoded = string.Concat(letters);
        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<char> digits, int bias, ref long value)
    {
        long weight = 1;
        for (int k = Base; ; k += Base)
        {
            if (digits.IsEmpty)
                return false;
            int digit = char.IsAsciiLetterLower(digits[0]) ? digits[0] - 'a' : char.IsAsciiDigit(digits[0]) ? digits[0] - '0' + 26 : -1;
            digits = digits[1..];
            if (digit < 0)
                return false;
            value += digit * weight;
            int threshold = Math.Clamp(k - bias, SmallestThreshold, LargestThreshold);
            if (digit < threshold)
                return true;
            weight *= Base - threshold;
            if (value > int.MaxValue || weight > int.MaxValue)
                return false;
        }
    }

    private static int Adapt(long delta, int count, bool isFirst)
    {
        delta /= isFirst ? Damp : 2;
        delta += delta / count;
        int k = 0;
        while (delta > (Base - SmallestThreshold) * LargestThreshold / 2)
        {
            delta /= Base - SmallestThreshold;
            k += Base;
        }

        return k + (int)((Base - SmallestThreshold + 1) * delta / (delta + Skew));
    }
}
