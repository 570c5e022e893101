// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>The lines that bear each verdict, before those that every socket has.</summary>
internal static class VerdictEvidence
{
    // A pool keeps connections for longer than any answer takes.
    private const ulong UnusedNs = 5_000_000_000;

    /// <summary>Nothing went over it for so long before the FIN that the peer closed it for that reason.</summary>
    public static bool IsUnused(in TrackedSocket socket) => socket.HasIdleBeforeFin && socket.IdleBeforeFinNs >= UnusedNs;

    public static void AddNeverAccepted(EvidenceLines lines, in TrackedSocket socket)
    {
        ListenerFacts? listener = socket.Listener;
        string name = listener is null ? "" : EndpointText.Format(listener);
        string queue = listener is { QueueLimit: > 0 }
            ? string.Create(CultureInfo.InvariantCulture, $", queue {listener.QueueLength}/{listener.QueueLimit}")
            : "";
        lines.Observed($"never accepted: listener {(name.Length == 0 ? "not known" : name)}{queue}");
        lines.AddFin(in socket);
        if (listener is { Drops: > 0 })
            lines.Observed(string.Create(CultureInfo.InvariantCulture, $"the listener has dropped {listener.Drops} connections since it was opened"));
        if (listener is { Holders.Length: > 0 })
            lines.Observed($"the listener is held by {ActorText.Holders(listener.Holders, lines.Names)}");
        else if (listener is { HasOpener: true } && listener.Opener is var opener)
            lines.Observed($"the listener was opened {lines.Ago(opener.KtimeNs)} by {ActorText.WithPlace(in opener, lines.Names)}");
        AddLastAccept(lines, listener);
    }

    public static void AddEofNotRead(EvidenceLines lines, in TrackedSocket socket)
    {
        bool isReadSince = socket.Last.Record.LastRead.KtimeNs > socket.EnterKtimeNs;
        string who = isReadSince ? "the end of the stream has not been read" : "nobody has read it";
        // Who read before the tracer came was not seen; the sequence numbers tell of the end alone.
        if (socket.AgeIsLowerBound)
            who = "the end of the stream has not been read";
        lines.Observed($"{who} since the FIN {lines.FinAgo(in socket)}: {EvidenceLines.Unread(in socket.Last.Event)}");
        if (socket.Direction == TcpDirection.Outbound && IsUnused(in socket))
        {
            lines.AddIdle(in socket);
            lines.Inferred("the peer closed a connection that was kept and not used: its idle timeout");
        }
        lines.AddLastRead(in socket);
    }

    public static void AddEofRead(EvidenceLines lines, in TrackedSocket socket)
    {
        lines.AddEofRead(in socket);
        lines.AddLastRead(in socket);
        lines.Observed($"it is still open, {(socket.AgeIsLowerBound ? "at least " : "")}{DurationText.Format(lines.Since(socket.EnterKtimeNs))} after the FIN");
    }

    public static void AddHeldElsewhere(EvidenceLines lines, in TrackedSocket socket)
    {
        ref readonly TcpActor user = ref HolderRules.UserOf(in socket);
        bool hasReadEnd = socket.Last.Record.EofRead.Pid != 0 && socket.Last.Record.EofRead.KtimeNs == user.KtimeNs;
        string use = HolderRules.LastUse(in socket) switch
        {
            HolderRules.Use.Read when hasReadEnd => "read its end",
            HolderRules.Use.Read => "read it last",
            HolderRules.Use.Sent => "sent on it",
            HolderRules.Use.Opened when socket.OriginKind == TcpOrigin.Connect => "opened it",
            HolderRules.Use.Opened when socket.OriginKind is TcpOrigin.Accept or TcpOrigin.Adopted => "accepted it",
            _ => "used it",
        };
        string place = ActorText.Place(in user, lines.Names);
        string where = place.Length == 0 ? "" : $" in {place}";
        lines.Observed($"{ActorText.Name(in user, lines.Names)} {use} {lines.Ago(user.KtimeNs)}{where}, and has no descriptor of it any more");
        lines.AddHolders(in socket);
        if (!hasReadEnd)
            lines.AddEofRead(in socket);
        if (socket.Last.Event.UnreadBytes > 0)
            lines.Observed(EvidenceLines.Unread(in socket.Last.Event));
    }

    public static void AddHalfClose(EvidenceLines lines, in TrackedSocket socket)
    {
        SendRules.Send sent = SendRules.LastAfterFin(in socket);
        string text = $"data was sent after the FIN, last {lines.Ago(sent.KtimeNs)}";
        if (sent.IsInferred)
            lines.Inferred($"{text}, by the ages of its last segments");
        else
            lines.Observed(text);
        AddAcknowledged(lines, in socket);
        lines.AddEofRead(in socket);
    }

    public static void AddUnheld(EvidenceLines lines, in TrackedSocket socket)
    {
        lines.AddHolders(in socket);
        lines.AddFin(in socket);
        lines.AddEofRead(in socket);
        lines.AddLastRead(in socket);
        lines.Unknown("who keeps it open: a message in flight between two processes, a program that uses io_uring, or the kernel itself");
    }

    /// <summary>How it left CLOSE_WAIT.</summary>
    public static void AddEnd(EvidenceLines lines, in TrackedSocket socket)
    {
        string ago = lines.Ago(socket.EndKtimeNs);
        string by = socket.HasCloser ? $" by {ActorText.WithPlace(in socket.Closer, lines.Names)}" : "";
        switch (socket.End)
        {
            case EndReason.Closed when socket.DescriptorLeftOpen:
                lines.Observed($"it was shut down {ago}{by}, and not closed");
                break;
            case EndReason.Closed:
                lines.Observed($"it was closed {ago}{by}");
                break;
            case EndReason.ProcessExit:
                lines.Observed($"it was closed {ago} by the end of its process{(socket.HasCloser ? $", {ActorText.Name(in socket.Closer, lines.Names)}" : "")}");
                break;
            case EndReason.ResetByPeer:
                lines.Observed($"the peer reset the connection {ago}");
                break;
            case EndReason.TimedOut:
                lines.Observed($"keepalive or retransmission gave up {ago}: the peer no longer answered");
                break;
            case EndReason.Destroyed:
                lines.Observed($"the connection was destroyed {ago}{by}, as by ss -K");
                break;
            case EndReason.ListenerClosed:
                lines.Observed($"its listener was closed {ago}{by} while it waited in the accept queue");
                break;
            default:
                lines.Unknown($"how it left CLOSE_WAIT, at most {ago}, was not seen");
                break;
        }
    }

    private static void AddLastAccept(EvidenceLines lines, ListenerFacts? listener)
    {
        if (listener is null || listener.LastAccept.Pid == 0)
        {
            lines.Unknown("who accepts from the listener was not seen");
            return;
        }
        TcpActor last = listener.LastAccept;
        string result = listener.LastAcceptResult == 0 ? "" : ", and got none";
        lines.Observed($"last accept on the listener {lines.Ago(last.KtimeNs)} by {ActorText.WithPlace(in last, lines.Names)}{result}");
    }

    private static void AddAcknowledged(EvidenceLines lines, in TrackedSocket socket)
    {
        string bytes = string.Create(CultureInfo.InvariantCulture, $"{socket.Last.Event.UnsentBytes} bytes");
        if (SendRules.IsPeerSilent(in socket))
            lines.Observed($"{bytes} are not acknowledged, and the peer was last heard {lines.Ago(SendRules.LastSegmentKtimeNs(in socket))}: it may be gone");
        else if (socket.Last.Event.UnsentBytes > 0)
            lines.Observed($"{bytes} are not acknowledged yet");
        else
            lines.Observed("the peer has acknowledged all of it");
    }
}
