// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using CloseWait.V1;
using Google.Protobuf.Collections;
using ProtoDuration = Google.Protobuf.WellKnownTypes.Duration;

namespace Tracer.Commands;

/// <summary>The filter flags that every command shares.</summary>
internal sealed class FilterOptions
{
    private readonly Option<string[]> _pids = List("--pid", "PID", "Only sockets this process holds, opened, accepted or read", "-p");
    private readonly Option<string[]> _comms = List("--comm", "NAME", "Only sockets of processes with this exact name", "-n");
    private readonly Option<string[]> _ports = List("--port", "PORT", "Only this port, on either side");
    private readonly Option<string[]> _localPorts = List("--lport", "PORT", "Only this local port");
    private readonly Option<string[]> _remotePorts = List("--rport", "PORT", "Only this remote port");
    private readonly Option<string[]> _peers = List("--peer", "CIDR", "Only this remote address or network");
    private readonly Option<string[]> _states = List("--state", "STATE", "Only this TCP state: close-wait, established ...");
    private readonly Option<string> _minAge = new("--min-age") { HelpName = "DURATION", Description = "Only sockets in CLOSE_WAIT for at least this long: 500ms, 5s, 2m, 1h" };
    private readonly Option<string[]> _netns = List("--netns", "INODE", "Only this network namespace");
    private readonly Option<string[]> _cgroups = List("--cgroup", "PATH", "Only this cgroup v2 path and those below it");
    private readonly Option<string[]> _directions = List("--direction", "in|out", "Only connections opened from this side");
    private readonly Option<string[]> _families = List("--family", "4|6", "Only this address family");
    private readonly Option<string[]> _verdicts = List("--verdict", "VERDICT", "Only sockets judged so: never-accepted, eof-not-read, eof-read-not-closed, held-elsewhere, half-close-in-use, reset-but-open, shutdown-but-open, unknown");

    private readonly Option[] _added;

    private FilterOptions(Command command, bool scopeOnly)
    {
        Option[] scope = [_pids, _ports, _localPorts, _remotePorts, _netns, _cgroups, _families];
        Option[] all = [_pids, _comms, _ports, _localPorts, _remotePorts, _peers, _states, _minAge, _netns, _cgroups, _directions, _families, _verdicts];
        _added = scopeOnly ? scope : all;
        foreach (Option option in _added)
            command.Add(option);
    }

    /// <summary>Adds every filter.</summary>
    public static FilterOptions AddAll(Command command) => new(command, scopeOnly: false);

    /// <summary>Adds the filters that the kernel side knows: they restrict what is followed at all.</summary>
    public static FilterOptions AddScope(Command command) => new(command, scopeOnly: true);

    /// <summary>Null: no filter is given, and what would be made of none is not compiled either.</summary>
    public SocketFilter? ReadGiven(OptionReader reader) => Array.Exists(_added, reader.Has) ? Read(reader) : null;

    public SocketFilter Read(OptionReader reader)
    {
        var filter = new SocketFilter();
        Fill(filter.Pids, _pids, ValueParser.Pid, reader);
        Fill(filter.Comms, _comms, ValueParser.Comm, reader);
        Fill(filter.Ports, _ports, ValueParser.Port, reader);
        Fill(filter.LocalPorts, _localPorts, ValueParser.Port, reader);
        Fill(filter.RemotePorts, _remotePorts, ValueParser.Port, reader);
        Fill(filter.Peers, _peers, ValueParser.Peer, reader);
        Fill(filter.States, _states, ValueParser.State, reader);
        Fill(filter.Netns, _netns, ValueParser.Netns, reader);
        Fill(filter.Cgroups, _cgroups, ValueParser.Cgroup, reader);
        Fill(filter.Directions, _directions, ValueParser.Direction, reader);
        Fill(filter.Families, _families, ValueParser.Family, reader);
        Fill(filter.Verdicts, _verdicts, ValueParser.Verdict, reader);
        if (reader.Single(_minAge) is { } minAge)
            filter.MinAge = ProtoDuration.FromTimeSpan(ValueParser.Duration(minAge));
        return filter;
    }

    private static void Fill<T>(RepeatedField<T> field, Option<string[]> option, Func<OptionValue, T> parse, OptionReader reader) =>
        field.Add(reader.Values(option).Select(parse).Distinct());

    private static Option<string[]> List(string name, string helpName, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = helpName, Description = description, Arity = ArgumentArity.OneOrMore };
}
