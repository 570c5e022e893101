// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Incident 6, on the other machine: the sockets vanish, and nobody knows why. Each way is told, and the descriptors that stay open.</summary>
public sealed class GameEndTests : IncidentTest
{
    private const int Repaired = 3, Destroyed = 2, Reset = 2, Vanished = 4, CutOff = 5, Killed = 2;

    [Fact]
    public async Task Each_end_is_told_and_counted_and_what_stays_open_too()
    {
        await using NetworkNamespace netns = await NetworkNamespace.Create();
        await using GameInNamespace game = new(netns);
        await game.Start();
        await using Daemon daemon = await Daemon.Start();
        await Deadline.Until("the daemon knows the code that runs", async () => (await daemon.Counters())["unwind_preloaded"] == 1 ? daemon : null);

        int[] players = await game.Join(Destroyed + Reset + Vanished + CutOff + Repaired);
        await game.Leave(players);
        Dictionary<int, ulong> cookies = await Cookies(daemon, netns, players);
        await EndAll(game, netns, players);

        Finding finding = await Find(daemon, netns, Verdict.ResetButOpen, Destroyed + Reset + Vanished + CutOff);
        AssertEnds(finding, game);
        await AssertBiographies(daemon, players, cookies);
        await AssertKilled(game, daemon, netns);
    }

    // The order of the players is that of their ends.
    private static async Task EndAll(GameInNamespace game, NetworkNamespace netns, int[] players)
    {
        Queue<int> left = new(players);
        int[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => left.Dequeue())];
        if (!await game.Destroy(Next(Destroyed)))
            Assert.Skip("not on this kernel: `ss -K` destroys nothing (CONFIG_INET_DIAG_DESTROY is off)");
        await game.Reset(Next(Reset));
        int[] vanishing = Next(Vanished);
        await game.Vanish(vanishing);
        await game.UntilGone(vanishing);
        int[] cutOff = Next(CutOff);
        await game.Repair(Repaired);
        await netns.SetLoopback(up: false);
        await game.UntilGone(cutOff);
        await netns.SetLoopback(up: true);
    }

    private static async Task<Dictionary<int, ulong>> Cookies(Daemon daemon, NetworkNamespace netns, int[] players)
    {
        List<SocketRecord> sockets = [];
        await Deadline.Until("the daemon lists them with their holders", async () =>
        {
            sockets = await daemon.List(new SocketFilter { Netns = { netns.Inode } });
            return sockets.Count(socket => socket.Holders.Count > 0) == players.Length ? sockets : null;
        });
        return sockets.ToDictionary(socket => (int)socket.RemotePort, socket => socket.Cookie);
    }

    private static async Task<Finding> Find(Daemon daemon, NetworkNamespace netns, Verdict verdict, int sockets)
    {
        ListFindingsResponse? last = null;
        return await Deadline.Until(
            $"a finding says {verdict} of {sockets}",
            async () =>
            {
                last = await Ask(daemon, netns);
                return last.Findings.SingleOrDefault(finding => finding.Verdict == verdict && finding.Sockets == (ulong)sockets);
            },
            evidence: () => $"{last}");
    }

    private static async Task<ListFindingsResponse> Ask(Daemon daemon, NetworkNamespace netns) => await daemon.Client.ListFindingsAsync(
        new ListFindingsRequest { Filter = new SocketFilter { Netns = { netns.Inode } } }, deadline: DateTime.UtcNow.AddSeconds(10));

    private static void AssertEnds(Finding finding, GameInNamespace game)
    {
        finding.IsOwnedBy("server", [game.Pid]);
        finding.ShowsLine(finding.Origin, Site.Types.Role.Accept, "Conn::on_readable()", "server.cpp", SourceLine.Of(GameServer.Program, "reads"));
        finding.HasCounts(opened: Destroyed + Reset + Vanished + CutOff + Repaired, closed: Repaired);
        finding.HasEnd(EndReason.Destroyed, Destroyed);
        finding.HasEnd(EndReason.ResetByPeer, Reset + Vanished);
        finding.HasEnd(EndReason.TimedOut, CutOff);
        finding.HasEnd(EndReason.Closed, Repaired);
        finding.That(finding.Descriptors[0].Stuck == finding.Sockets, "their descriptors are counted");
    }

    // One of each kind, as a person would ask for it.
    private static async Task AssertBiographies(Daemon daemon, int[] players, Dictionary<int, ulong> cookies)
    {
        await AssertBiography(daemon, cookies[players[0]], "destroyed by an administrator");
        await AssertBiography(daemon, cookies[players[Destroyed]], "reset by peer");
        await AssertBiography(daemon, cookies[players[Destroyed + Reset]], "reset by peer");
        await AssertBiography(daemon, cookies[players[Destroyed + Reset + Vanished]], "timed out");
    }

    private static async Task AssertBiography(Daemon daemon, ulong cookie, string end)
    {
        string text = await Command.MustRun(Repository.Executable, "why", $"{cookie}", "--socket", daemon.SocketPath);
        text = string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)); // lines are broken where they are full
        Assert.Contains(end, text, StringComparison.Ordinal);
        Assert.Contains("a descriptor is still open", text, StringComparison.Ordinal);
        Assert.Contains($"server.cpp:{SourceLine.Of(GameServer.Program, "reads")}", text, StringComparison.Ordinal);
    }

    private static async Task AssertKilled(GameInNamespace game, Daemon daemon, NetworkNamespace netns)
    {
        await game.Leave(await game.Join(Killed));
        ulong before = EndedBy(EndReason.ProcessExit, await Ask(daemon, netns));
        await game.Kill();
        SocketFilter filter = new() { Netns = { netns.Inode } };
        await Deadline.Until("nothing is left", async () => (await daemon.List(filter, includeLeftOpen: true)).Count == 0 ? daemon : null);
        ListFindingsResponse after = await Ask(daemon, netns);
        Assert.Empty(after.Findings);
        // Another process of the machine may end meanwhile.
        Assert.True(EndedBy(EndReason.ProcessExit, after) >= before + Killed, $"{before}, then {after.Summary}");
    }

    private static ulong EndedBy(EndReason reason, ListFindingsResponse answer) =>
        answer.Summary.Ends.SingleOrDefault(end => end.Reason == reason)?.Count ?? 0;
}
