// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;
using Kind = CloseWait.V1.CloseWaitChange.Types.Kind;

namespace Tracer.Output;

/// <summary>Sockets entering, ageing in and leaving CLOSE_WAIT, with the lines that explain them.</summary>
internal sealed class CloseWaitLines(TextWriter output, OutputStyle style, TimeProvider clock, int frameLimit)
{
    private const int RememberedSockets = 65_536;

    private readonly SocketDetails _details = new(output, style, frameLimit);

    // Sockets last shown without a process that holds them; an update that names one is news.
    private readonly RecentTable<(ulong Cookie, uint Netns), Ownership> _unheld = new(RememberedSockets);

    private enum Ownership
    {
        NotKnown,
        Queued,
        Held,
    }

    /// <summary>Writes the change; false: it would tell a reader nothing new.</summary>
    public bool Write(CloseWaitChange change)
    {
        Ownership before = Remember(change);
        if (change.Kind == Kind.Updated && OwnershipOf(change.Socket) <= before)
            return false;
        output.WriteLine($"{style.Clock(Moment(change))} {Name(change.Kind)} {Facts(change)}");
        WriteDetails(change, before);
        return true;
    }

    private void WriteDetails(CloseWaitChange change, Ownership before)
    {
        bool isAccepted = change.Kind == Kind.Updated && before == Ownership.Queued;
        if (isAccepted || change.Kind is Kind.Existing or Kind.Entered)
            _details.WriteOwners(change.Socket);
        else if (IsEnd(change.Kind))
            _details.WriteCloser(change.Socket);
        else
            _details.WriteHolders(change.Socket);
        // Whether the end was seen tells a leak from a blocked owner; at the entry nobody could have read it yet.
        if (change.Kind == Kind.Updated && !isAccepted)
            _details.WriteEofRead(change.Socket);
    }

    /// <summary>Returns what a reader knew before; a socket that was never shown has nothing left to tell.</summary>
    private Ownership Remember(CloseWaitChange change)
    {
        var key = (change.Socket.Cookie, change.Socket.Netns);
        Ownership before = _unheld.TryTake(key, out Ownership shown) ? shown : Ownership.Held;
        Ownership now = OwnershipOf(change.Socket);
        if (change.Kind == Kind.Updated && now < before)
            now = before;
        if (now != Ownership.Held && !IsEnd(change.Kind))
            _unheld.Set(key, now);
        return before;
    }

    private static Ownership OwnershipOf(SocketRecord socket)
    {
        if (socket.Holders.Count > 0)
            return Ownership.Held;
        return socket.NeverAccepted ? Ownership.Queued : Ownership.NotKnown;
    }

    private static bool IsEnd(Kind kind) => kind is Kind.Exited or Kind.Released;

    private static string Facts(CloseWaitChange change)
    {
        SocketRecord socket = change.Socket;
        var facts = new List<string> { SocketText.Connection(socket) };
        if (change.Kind != Kind.Entered)
            facts.Add($"{SocketText.Age(socket)} in CLOSE_WAIT");
        if (IsEnd(change.Kind))
            facts.Add(End(socket));
        if (socket.IdleBeforeFin is not null)
            facts.Add($"idle {SocketText.IdleBeforeFin(socket)} before the FIN");
        facts.Add($"unread {socket.UnreadBytes} unsent {socket.UnsentBytes}");
        facts.Add($"cookie {SocketText.Cookie(socket.Cookie)}");
        return string.Join("  ", facts);
    }

    private static string End(SocketRecord socket) => socket.DescriptorLeftOpen
        ? $"{WireNames.Of(socket.EndReason)}, a descriptor is still open"
        : WireNames.Of(socket.EndReason);

    // A record carries the times of its entry and its end; the moment of a release is only known here.
    private Timestamp? Moment(CloseWaitChange change)
    {
        SocketRecord socket = change.Socket;
        return change.Kind switch
        {
            Kind.Entered => socket.CloseWaitEnterTime,
            Kind.Exited => socket.EndTime,
            Kind.Released => Timestamp.FromDateTimeOffset(clock.GetUtcNow()),
            _ when socket.Age is not null && socket.CloseWaitEnterTime is not null => socket.CloseWaitEnterTime + socket.Age,
            _ => socket.CloseWaitEnterTime,
        };
    }

    private string Name(Kind kind) => kind switch
    {
        Kind.Existing => style.Palette.Notable("EXISTING"),
        Kind.Entered => style.Palette.Bad("ENTERED "),
        Kind.Updated => style.Palette.Notable("UPDATED "),
        Kind.Aged => style.Palette.Notable("AGED    "),
        Kind.Exited => style.Palette.Good("EXITED  "),
        Kind.Released => style.Palette.Good("RELEASED"),
        _ => "CHANGED ",
    };
}
