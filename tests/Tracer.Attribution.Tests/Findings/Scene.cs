// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Wire;

namespace Tracer.Attribution.Tests.Findings;

/// <summary>A ledger that lives through a story, the close history that hears it, and the findings at any moment of it.</summary>
internal sealed class Scene
{
    private readonly ulong _tracingSince;
    private readonly Dictionary<SocketKey, (Conn Conn, Proc? Holder)> _seen = [];
    private readonly HashSet<Proc> _ended = [];
    private int _noted;

    public Scene()
    {
        History = new CloseHistory(Names);
        _tracingSince = Story.Now;
    }

    public Names Names { get; } = new();

    public Story Story { get; } = new();

    public CloseHistory History { get; }

    public ulong Now => Story.Now;

    public Dictionary<ProcessKey, DescriptorFacts> Descriptors { get; } = [];

    public ulong ListenOverflows { get; set; }

    public Scene After(ulong ns)
    {
        Story.After(ns);
        return this;
    }

    /// <summary>Connections of which each gets its FIN now.</summary>
    public Conn[] Enter(int count, Func<ulong, Conn> make, ulong idleNs = 0, ulong firstCookie = 1)
    {
        Conn[] conns = [.. Enumerable.Range(0, count).Select(i => make(firstCookie + (ulong)i))];
        foreach (Conn conn in conns)
            Story.Apply(conn.Enter(Now, idleNs));
        return conns;
    }

    /// <summary>A scan that finds one holder for each, and what earlier scans found if it is still there.</summary>
    public void Scan(Conn[] conns, Func<int, Proc>? holder, Conn? listener = null, Action<Story>? more = null)
    {
        for (int i = 0; i < conns.Length; i++)
            _seen[conns[i].Key] = (conns[i], holder?.Invoke(i));
        Conn[] all = [.. _seen.Values.Where(IsThere).Select(seen => seen.Conn)];
        Story.Scan(listener is null ? all : [.. all, listener], story =>
        {
            foreach ((Conn conn, Proc? process) in _seen.Values.Where(IsThere))
            {
                if (process is not null)
                    story.Held(conn, process, (uint)conn.Key.Cookie);
            }
            more?.Invoke(story);
        });
    }

    public void Exits(Proc process)
    {
        _ended.Add(process);
        Story.Exits(process);
    }

    public FindingReport Report(bool includesHarmless = false)
    {
        NoteAll();
        FindingOptions options = new() { TracingSinceKtimeNs = _tracingSince, IncludesHarmless = includesHarmless };
        FindingGrouping grouping = new(Names, History, options, Now);
        foreach (TrackedSocket socket in Story.Books.Values)
            grouping.Add(in socket);
        return grouping.Build(Descriptors, ListenOverflows);
    }

    public Finding Only(bool includesHarmless = false) => Assert.Single(Report(includesHarmless).Findings);

    public static void Says(Finding finding, EvidenceKind kind, string text) => Assert.Contains(new Evidence(kind, text), finding.Evidence);

    // Open in CLOSE_WAIT, or kept on the books with a descriptor left open; and its process lives.
    private bool IsThere((Conn Conn, Proc? Holder) seen) =>
        (seen.Holder is null || !_ended.Contains(seen.Holder))
        && (seen.Conn.State.Event.NewState == TcpState.CloseWait || Story.Books.ContainsKey(seen.Conn.Key));

    private void NoteAll()
    {
        for (; _noted < Story.Told.Count; _noted++)
        {
            TrackedSocket socket = Story.Told[_noted].Socket;
            History.Note(Story.Told[_noted].Kind, in socket);
        }
    }
}
