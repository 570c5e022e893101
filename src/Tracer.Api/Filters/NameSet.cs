// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Tracer.Wire;

namespace Tracer.Api.Filters;

/// <summary>Task names to look for, compared exactly with kernel bytes and with text made of them.</summary>
internal sealed class NameSet
{
    private readonly string[] _texts;
    private readonly byte[][] _bytes;

    public NameSet(IEnumerable<string> names)
    {
        _texts = [.. names];
        _bytes = [.. _texts.Select(Encoding.UTF8.GetBytes)];
    }

    public bool IsEmpty => _texts.Length == 0;

    public bool Contains(string text)
    {
        foreach (string name in _texts)
        {
            if (name == text)
                return true;
        }
        return false;
    }

    public bool Contains(in WireComm comm)
    {
        ReadOnlySpan<byte> bytes = comm.Name;
        foreach (byte[] name in _bytes)
        {
            if (bytes.SequenceEqual(name))
                return true;
        }
        // A name with bytes that are not printed as they are is asked for as it is printed. Rare: the only case that allocates.
        return bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0 && Contains(comm.ToText());
    }
}
