// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Harness;
using Tracer.Incidents.Software;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents;

/// <summary>
/// The game server that forgets, with its players in a network namespace that can be cut. It probes silent players after a second.
/// </summary>
internal sealed class GameInNamespace(NetworkNamespace netns) : Incident
{
    private Service? _server, _players;
    private int _port;

    public int Pid => _server!.Pid;

    public override async Task Start()
    {
        _port = NewPort();
        _server = Run(await GameServer.Start(this, _port, GameIncident.Descriptors, Farewell.Forgets, netns));
        _players = Run(Service.Start("ip", "netns", "exec", netns.Name, "/usr/bin/python3", Install("game/players.py"), $"{_port}"));
    }

    public override async Task Happen() => await Leave(await Join(10));

    /// <summary>Returns the ports of the players.</summary>
    public async Task<int[]> Join(int count) =>
        [.. (await Ask($"join {count}")).Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture))];

    /// <summary>Their FIN, and no more: the server is in CLOSE_WAIT.</summary>
    public async Task Leave(int[] players)
    {
        await Ask("quit " + string.Join(' ', players));
        await Deadline.Until("the server knows", async () => players.All((await CloseWaits()).Contains) ? this : null, evidence: Words);
    }

    public Task Reset(int[] players) => Ask("reset " + string.Join(' ', players));

    /// <summary>Their kernel forgets them, and refuses the next probe.</summary>
    public Task Vanish(int[] players) => Ask("vanish " + string.Join(' ', players));

    /// <summary>By an administrator. False: this kernel does not.</summary>
    public async Task<bool> Destroy(int[] players)
    {
        foreach (int player in players)
            await Command.MustRun("ip", "netns", "exec", netns.Name, "ss", "-K", "state", "close-wait", "dport", "=", $":{player}");
        return !players.Any((await CloseWaits()).Contains);
    }

    /// <summary>The server closes the last ones that it had forgotten.</summary>
    public async Task Repair(int count)
    {
        await _server!.Process.WriteLine($"{count}");
        await _server.Process.ReadLine();
    }

    /// <summary>Waits until the sockets of these have left CLOSE_WAIT.</summary>
    public Task UntilGone(int[] players) =>
        Deadline.Until("they are gone", async () => !players.Any((await CloseWaits()).Contains) ? this : null, evidence: Words);

    public Task Kill() => _server!.Process.Signal("KILL");

    private async Task<HashSet<int>> CloseWaits() => [.. (await SsTable.CloseWaits(netns)).Where(row => row.Local.Port == _port).Select(row => row.Remote.Port)];

    private async Task<string> Ask(string command)
    {
        await _players!.Process.WriteLine(command);
        return await _players.Process.ReadLine();
    }
}
