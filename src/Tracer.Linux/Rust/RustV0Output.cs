// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Linux.Rust;

/// <summary>The readable form of a Rust v0 name as it grows, up to a bound, and the lifetimes that are in scope in it.</summary>
internal sealed class RustV0Output
{
    private const int MaxText = 4096;
    private const string Cut = "...";

    private readonly StringBuilder _text = new();
    private int _silence;
    private ulong _boundLifetimes;

    internal bool IsFull => _text.Length >= MaxText;

    internal bool IsSilent => _silence > 0;

    internal void Write(string text)
    {
        if (!IsSilent && !IsFull)
            _text.Append(text);
    }

    /// <summary>Reads a part that is not shown.</summary>
    internal void Silently(Action part)
    {
        _silence++;
        part();
        _silence--;
    }

    /// <summary>Binds lifetimes around a part, and writes them before it.</summary>
    internal void Bind(ulong count, Action part)
    {
        for (ulong i = 0; i < count; i++)
        {
            Write(i == 0 ? "for<" : ", ");
            _boundLifetimes++;
            TryWriteLifetime(1);
        }

        Write(count > 0 ? "> " : "");
        part();
        _boundLifetimes -= count;
    }

    /// <summary>Writes a lifetime: 0 is erased, 1 the innermost that is bound; false when there is none of that number.</summary>
    internal bool TryWriteLifetime(ulong index)
    {
        const int letters = 26;
        if (index > _boundLifetimes)
            return false;
        ulong depth = _boundLifetimes - index;
        Write(index == 0 ? "'_" : depth < letters ? $"'{(char)('a' + depth)}" : string.Create(CultureInfo.InvariantCulture, $"'_{depth}"));
        return true;
    }

    public override string ToString() =>
        IsFull ? ControlText.Sanitize(_text.ToString(0, MaxText)) + Cut : ControlText.Sanitize(_text.ToString());
}
