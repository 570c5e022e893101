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

    // What a reader knows of each socket; an update that only repeats it is no news.
    private readonly RecentTable<(ulong Cookie, uint Netns), Known> _shown = new(RememberedSockets);

    private readonly record struct Known(Ownership Ownership, Verdict Verdict);

    private enum Ownership
    {
        NotKnown,
        Queued,
        Held,
    }

    /// <summary>Writes the change; false: it would tell a reader nothing new.</summary>
    public bool Write(CloseWaitChange change)
    {
        Known? before = Remember(change);
        if (change.Kind == Kind.Updated && before is { } known && !IsNews(known, change.Socket))
            return false;
        output.WriteLine($"{style.Clock(Moment(change))} {Name(change.Kind)} {Facts(change, before?.Verdict)}");
        WriteDetails(change, before);
        return true;
    }

    private static bool IsNews(Known before, SocketRecord socket) =>
        OwnershipOf(socket) > before.Ownership || (socket.Verdict != before.Verdict && socket.Verdict != Verdict.Unspecified);

    private void WriteDetails(CloseWaitChange change, Known? before)
    {
        // A filter may let a socket in late, by what has become known of it.
        bool isUnknown = change.Kind == Kind.Updated && before is null;
        bool isAccepted = change.Kind == Kind.Updated && before?.Ownership == Ownership.Queued && OwnershipOf(change.Socket) == Ownership.Held;
        if (isUnknown || isAccepted || change.Kind is Kind.Existing or Kind.Entered)
            _details.WriteOwners(change.Socket);
        else if (IsEnd(change.Kind))
            _details.WriteCloser(change.Socket);
        else
            _details.WriteHolders(change.Socket);
        // Whether the end was seen tells a leak from a blocked owner; at the entry nobody could have read it yet.
        if (change.Kind == Kind.Updated && !isAccepted && !isUnknown)
            _details.WriteEofRead(change.Socket);
    }

    /// <summary>Returns what a reader knew before; null: nothing, the socket was not shown yet.</summary>
    private Known? Remember(CloseWaitChange change)
    {
        SocketRecord socket = change.Socket;
        var key = (socket.Cookie, socket.Netns);
        Known? before = _shown.TryTake(key, out Known shown) ? shown : null;
        Ownership now = OwnershipOf(socket);
        if (change.Kind == Kind.Updated && before is { } known && now < known.Ownership)
            now = known.Ownership;
        if (!IsEnd(change.Kind) || (change.Kind == Kind.Exited && socket.DescriptorLeftOpen))
            _shown.Set(key, new Known(now, socket.Verdict));
        return before;
    }

    private static Ownership OwnershipOf(SocketRecord socket)
    {
        if (socket.Holders.Count > 0)
            return Ownership.Held;
        return socket.NeverAccepted ? Ownership.Queued : Ownership.NotKnown;
    }

    private static bool IsEnd(Kind kind) => kind is Kind.Exited or Kind.Released;

    private static string Facts(CloseWaitChange change, Verdict? before)
    {
        SocketRecord socket = change.Socket;
        var facts = new List<string> { SocketText.Connection(socket) };
        if (change.Kind != Kind.Entered)
            facts.Add($"{SocketText.Age(socket)} in CLOSE_WAIT");
        if (IsEnd(change.Kind))
            facts.Add(End(socket));
        if (socket.Verdict != Verdict.Unspecified)
            facts.Add(VerdictChange(socket, before));
        if (socket.IdleBeforeFin is not null)
            facts.Add($"idle {SocketText.IdleBeforeFin(socket)} before the FIN");
        facts.Add($"unread {socket.UnreadBytes} unsent {socket.UnsentBytes}");
        facts.Add($"cookie {SocketText.Cookie(socket.Cookie)}");
        return string.Join("  ", facts);
    }

    private static string VerdictChange(SocketRecord socket, Verdict? before) =>
        before is null or Verdict.Unspecified || before == socket.Verdict
            ? WireNames.Of(socket.Verdict)
            : $"{WireNames.Of(before.Value)} -> {WireNames.Of(socket.Verdict)}";

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
