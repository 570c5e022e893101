// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Tracer.Linux.Procfs;

/// <summary>Counters that stand in one pair of lines.</summary>
internal sealed class NetCounterGroup(string file, string title, string[] names)
{
    private readonly byte[][] _names = [.. names.Select(Encoding.ASCII.GetBytes)];
    private readonly byte[] _prefix = Encoding.ASCII.GetBytes(title + ":");

    internal string File => file;

    internal string Title => title;

    internal IReadOnlyList<string> Names => names;

    /// <summary>The word both lines begin with.</summary>
    internal ReadOnlySpan<byte> Prefix => _prefix;

    /// <summary>Null: not one of these.</summary>
    internal string? Find(ReadOnlySpan<byte> name)
    {
        for (int index = 0; index < _names.Length; index++)
        {
            if (name.SequenceEqual(_names[index]))
                return names[index];
        }

        return null;
    }
}
