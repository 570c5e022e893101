// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using CloseWait.V1;

namespace Tracer.Output;

/// <summary>Sockets as a table, one line each.</summary>
internal sealed class SocketTable(OutputStyle style, bool showState)
{
    public void Write(TextWriter output, IReadOnlyList<SocketRecord> sockets, SocketDetails? details)
    {
        var table = new TextTable(Columns());
        foreach (SocketRecord socket in sockets)
            table.Add(Row(socket));
        table.Write(output, style.Palette, style.Headers, row => details?.WriteAll(sockets[row]));
    }

    private List<TextColumn> Columns()
    {
        List<TextColumn> columns =
        [
            new("AGE", AlignRight: true), new("LOCAL"), new("REMOTE"), new("UNREAD", AlignRight: true),
            new("UNSENT", AlignRight: true), new("DIR"), new("IDLE", AlignRight: true), new("COOKIE", AlignRight: true),
        ];
        if (showState)
            columns.Add(new("STATE"));
        columns.AddRange([new("VERDICT"), new("HOLDERS"), new("ORIGIN")]);
        return columns;
    }

    private string[] Row(SocketRecord socket)
    {
        List<string> cells =
        [
            SocketText.Age(socket), SocketText.Local(socket), SocketText.Remote(socket), Number(socket.UnreadBytes),
            Number(socket.UnsentBytes), WireNames.Of(socket.Direction), SocketText.IdleBeforeFin(socket),
            SocketText.Cookie(socket.Cookie),
        ];
        if (showState)
            cells.Add(State(socket));
        cells.AddRange([SocketText.Verdict(socket), style.Fit(SocketText.Holders(socket)), style.Fit(SocketText.Origin(socket))]);
        return [.. cells];
    }

    private static string State(SocketRecord socket) => socket.DescriptorLeftOpen
        ? $"{WireNames.Of(socket.State)}, {WireNames.Of(socket.EndReason)}, descriptor open"
        : WireNames.Of(socket.State);

    private static string Number(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
