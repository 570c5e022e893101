// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Output;

/// <summary>Groups of sockets as a table.</summary>
internal sealed class GroupTable(OutputStyle style, GroupKind kind)
{
    public void Write(TextWriter output, IReadOnlyList<SocketGroup> groups)
    {
        var table = new TextTable(
        [
            new("COUNT", AlignRight: true), new("OLDEST", AlignRight: true), new("UNREAD", AlignRight: true),
            new(kind.ToString().ToUpperInvariant()),
        ]);
        foreach (SocketGroup group in groups)
        {
            table.Add(
                group.Count.ToString(CultureInfo.InvariantCulture),
                AgeText.Format(group.Oldest, group.OldestIsLowerBound),
                group.UnreadBytes.ToString(CultureInfo.InvariantCulture),
                group.Key);
        }
        table.Write(output, style.Palette, style.Headers);
    }
}
