// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Wire;

namespace Tracer.Attribution;

/// <summary>Gathers what is known of one socket, a line for each fact. What is not known comes last.</summary>
internal sealed class EvidenceLines(INameSource names, ulong nowKtimeNs)
{
    private const int Eagain = 11;

    private readonly List<Evidence> _known = [];
    private readonly List<Evidence> _unknown = [];
    private bool _saysIdle;

    public INameSource Names => names;

    public IReadOnlyList<Evidence> ToList() => [.. _known, .. _unknown];

    public void Observed(string text) => _known.Add(new Evidence(EvidenceKind.Observed, text));

    public void Inferred(string text) => _known.Add(new Evidence(EvidenceKind.Inferred, text));

    public void Unknown(string text) => _unknown.Add(new Evidence(EvidenceKind.Unknown, text));

    /// <summary>41.2 s ago</summary>
    public string Ago(ulong ktimeNs) => DurationText.Format(Since(ktimeNs)) + " ago";

    public ulong Since(ulong ktimeNs) => nowKtimeNs > ktimeNs ? nowKtimeNs - ktimeNs : 0;

    /// <summary>at least 65.0 s ago</summary>
    public string FinAgo(in TrackedSocket socket) => (socket.AgeIsLowerBound ? "at least " : "") + Ago(socket.EnterKtimeNs);

    /// <summary>1 byte unread, which is the FIN itself</summary>
    public static string Unread(in TcpEvent e) => e.UnreadBytes switch
    {
        0 => "nothing is unread, not even the FIN",
        1 => "1 byte unread, which is the FIN itself",
        _ => string.Create(CultureInfo.InvariantCulture, $"{e.UnreadBytes} bytes unread, the FIN counts as one of them"),
    };

    public void AddFin(in TrackedSocket socket) => Observed($"the FIN came {FinAgo(in socket)}: {Unread(in socket.Last.Event)}");

    public void AddEofRead(in TrackedSocket socket)
    {
        ref readonly TcpActor reader = ref socket.Last.Record.EofRead;
        // What has been closed is emptied, read or not.
        bool isEmpty = socket.Last.Event.UnreadBytes == 0 && (socket.InCloseWait || socket.DescriptorLeftOpen);
        if (reader.Pid != 0)
            Observed($"the end of the stream was read {Ago(reader.KtimeNs)} by {ActorText.WithPlace(in reader, names)}");
        else if (isEmpty)
            Observed($"the end of the stream was read: {Unread(in socket.Last.Event)}");
        if (reader.Pid == 0 && isEmpty)
            Unknown("who read the end of the stream was not seen");
    }

    /// <summary>The last attempt to read, unless it is the one that read the end.</summary>
    public void AddLastRead(in TrackedSocket socket)
    {
        ref readonly TcpRecord record = ref socket.Last.Record;
        if (record.LastRead.Pid == 0)
            return;
        string who = $"{Ago(record.LastRead.KtimeNs)} by {ActorText.WithPlace(in record.LastRead, names)}";
        if (record.EofRead.Pid == 0)
            Observed($"it was last read {who}: {Result(record.LastReadResult)}");
        else if (record.LastRead.KtimeNs > record.EofRead.KtimeNs)
            Observed($"it was read again after its end, last {who}");
    }

    public void AddHolders(in TrackedSocket socket)
    {
        string holders = ActorText.Holders(socket.Holders, names);
        if (socket.HoldersKtimeNs == 0)
            Unknown("who holds it is not known: descriptors have not been looked up yet");
        else if (socket.Holders.Length == 0 && socket.HoldersAreIncomplete)
            Unknown("who holds it is not known: there is no holder of the last scan any more; the next one tells");
        else if (socket.Holders.Length == 0)
            Observed($"no process had a descriptor of it {Ago(socket.HoldersKtimeNs)}");
        else if (socket.HoldersAreIncomplete)
            Inferred($"it is held by {holders}, and maybe by others: the last scan, {Ago(socket.HoldersKtimeNs)}, may not show all of them");
        else
            Observed($"it is held by {holders}");
    }

    public void AddOrigin(in TrackedSocket socket)
    {
        ref readonly TcpActor origin = ref socket.Last.Record.Origin;
        string listener = socket.Listener is { LocalPort: not 0 } facts ? $" from listener {EndpointText.Format(facts)}" : "";
        string place = ActorText.Place(in origin, names);
        if (socket.OriginKind == TcpOrigin.Connect)
            Observed($"it was opened {Ago(origin.KtimeNs)} by {ActorText.Name(in origin, names)}: connect" + (place.Length == 0 ? "" : $" in {place}"));
        else if (socket.OriginKind == TcpOrigin.Accept)
            Observed($"it was accepted{listener} {Ago(origin.KtimeNs)} by {ActorText.WithPlace(in origin, names)}");
        else if (socket.OriginKind == TcpOrigin.Adopted)
            Inferred($"it was accepted{listener} by its first user, {Ago(origin.KtimeNs)}: {ActorText.WithPlace(in origin, names)}");
        else if (!socket.InAcceptQueue)
            AddUnseenOrigin(in socket, listener);
    }

    /// <summary>Once: some verdicts have it among their reasons.</summary>
    public void AddIdle(in TrackedSocket socket)
    {
        if (_saysIdle)
            return;
        _saysIdle = true;
        if (!socket.HasIdleBeforeFin)
            Unknown("how long it was idle before the FIN is not known");
        else if (socket.IdleIsInferred)
            Inferred($"it was idle for about {DurationText.Format(socket.IdleBeforeFinNs)} before the FIN, by the ages of its last segments");
        else
            Observed($"it was idle for {DurationText.Format(socket.IdleBeforeFinNs)} before the FIN");
    }

    private void AddUnseenOrigin(in TrackedSocket socket, string listener)
    {
        if (listener.Length > 0)
            Inferred($"it came{listener}");
        if (socket.OriginKind == TcpOrigin.Queued)
            Unknown("who accepted it was not seen");
        else
            Unknown("it existed before the tracer: who opened it is not known; only a longer watch can tell, when the next ones are opened");
    }

    private static string Result(int result) => result switch
    {
        -Eagain => "nothing was there",
        < 0 => string.Create(CultureInfo.InvariantCulture, $"it failed with errno {-(long)result}"),
        0 => "no data",
        1 => "1 byte",
        _ => string.Create(CultureInfo.InvariantCulture, $"{result} bytes"),
    };
}
