// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Google.Protobuf.WellKnownTypes;

namespace Tracer.Output;

/// <summary>What happened to a socket, in order.</summary>
internal static class BiographyMoments
{
    public static List<BiographyMoment> Of(SocketRecord socket)
    {
        var moments = new List<BiographyMoment> { Birth(socket) };
        if (socket.FirstSend is { } firstSend)
            moments.Add(new(firstSend.Time, By("first send by", firstSend), firstSend));
        if (socket.NeverAccepted && socket.Listener?.LastAccept is { } accept)
            moments.Add(new(accept.Time, By($"last accept() from that listener, which {ErrorText.AcceptResult(accept.Result)}, by", accept), accept, IsOfListener: true));
        // The read of the end is told as such.
        if (socket.LastRead is { } lastRead && !(socket.EofRead is not null && lastRead.Result == 0))
            moments.Add(new(lastRead.Time, By($"last read, which {ErrorText.ReadResult(lastRead.Result)}, by", lastRead), lastRead));
        moments.Add(Fin(socket));
        if (socket.EofRead is { } eofRead)
            moments.Add(new(eofRead.Time, By("end of the stream read by", eofRead), eofRead));
        if (socket.LastSendTime is not null)
            moments.Add(new(socket.LastSendTime, "last send after the FIN"));
        if (HasEnded(socket))
            moments.Add(End(socket));
        moments.Add(Now(socket));
        return InOrder(moments);
    }

    private static bool HasEnded(SocketRecord socket) => socket.EndTime is not null || socket.DescriptorLeftOpen;

    private static BiographyMoment Birth(SocketRecord socket)
    {
        Actor? origin = socket.Origin;
        if (socket.NeverAccepted)
        {
            string queue = socket.Listener is { } listener ? $" of {SocketText.Endpoint(listener.LocalAddress, listener.LocalPort)}" : "";
            return new(origin?.Time, $"connected by the peer; since then in the accept queue{queue}");
        }
        if (origin is null || origin.Pid == 0 || origin.Kind == OriginKind.Existed)
            return new(null, origin?.Kind == OriginKind.Existed ? "opened before the tracer came: by whom is not known" : "opened: by whom is not known");
        string verb = origin.Kind == OriginKind.Accept ? "accepted by" : "opened by";
        return new(origin.Time, By(verb, origin), origin);
    }

    private static BiographyMoment Fin(SocketRecord socket)
    {
        string idle = socket.IdleBeforeFin is null ? "" : $" after {SocketText.IdleBeforeFin(socket)} without data";
        return new(socket.CloseWaitEnterTime, $"the peer closed (FIN){idle}", IsLatest: socket.AgeIsLowerBound);
    }

    private static BiographyMoment End(SocketRecord socket)
    {
        string age = socket.Age is null ? "" : $" after {SocketText.Age(socket)}";
        string end = $"left CLOSE_WAIT{age}: {WireNames.Of(socket.EndReason)}";
        return socket.Closer is { Pid: not 0 } closer ? new(socket.EndTime, By(end + ", by", closer), closer) : new(socket.EndTime, end);
    }

    private static BiographyMoment Now(SocketRecord socket)
    {
        string holders = SocketText.Holders(socket);
        if (HasEnded(socket))
            return new(socket.HoldersTime, socket.DescriptorLeftOpen ? $"a descriptor is still open: {holders}" : "no descriptor is open");
        Timestamp? now = socket.Age is null || socket.CloseWaitEnterTime is null ? null : socket.CloseWaitEnterTime + socket.Age;
        string held = socket.NeverAccepted ? holders : socket.Holders.Count > 0 ? $"held by {holders}" : $"descriptors {holders}";
        string bytes = socket.BytesReceived + socket.BytesSent == 0 ? "" : $" ({socket.BytesReceived} bytes received and {socket.BytesSent} sent in all)";
        return new(now, $"now: in CLOSE_WAIT for {SocketText.Age(socket)}, unread {socket.UnreadBytes}, unsent {socket.UnsentBytes}{bytes}, {held}");
    }

    private static string By(string what, Actor actor)
    {
        string how = actor.Source switch
        {
            Source.Adopted => ", inferred from first use",
            Source.Scanned => ", from its descriptor table",
            _ => "",
        };
        string line = StackText.FirstOwnFunction(actor) is { } place ? $" in {place}" : "";
        string request = actor.Request.Length == 0 ? "" : $", serving {TargetText.Clean(actor.Request)}";
        return $"{what} {SocketText.Actor(actor)}{line}{request}{how}";
    }

    // Sorted by time; what has none stays behind what it was told after.
    private static List<BiographyMoment> InOrder(List<BiographyMoment> moments)
    {
        var last = DateTimeOffset.MinValue;
        var timed = new List<(DateTimeOffset Time, BiographyMoment Moment)>();
        foreach (BiographyMoment moment in moments)
        {
            last = moment.Time?.ToDateTimeOffset() ?? last;
            timed.Add((last, moment));
        }
        return [.. timed.OrderBy(entry => entry.Time).Select(entry => entry.Moment)];
    }
}
