// SPDX-License-Identifier: Apache-2.0
using BenchmarkDotNet.Attributes;
using CloseWait.V1;
using Tracer.Api.Filters;
using Tracer.Attribution;
using Tracer.Bench.Streaming;
using Tracer.Wire;

namespace Tracer.Benchmarks;

/// <summary>Whether a client asked for this event, or for this socket.</summary>
public class FilterBenchmarks
{
    private const uint OtherPorts = 20_000;
    private const int ManyPorts = 100;

    private static readonly NoFacts s_facts = new();

    private readonly TransitionPredicate _onePort = Transitions(new SocketFilter { Ports = { SampleEvents.ServerPort } });
    private readonly TransitionPredicate _otherPorts = Transitions(
        new SocketFilter { Ports = { Enumerable.Range(0, ManyPorts).Select(number => OtherPorts + (uint)number) } });

    private readonly TransitionPredicate _peerAndName = Transitions(new SocketFilter { Peers = { "198.51.100.0/24" }, Comms = { SampleEvents.ServerName } });
    private readonly SocketPredicate _sockets = FilterParser.ParseSockets(
        new SocketFilter { Ports = { SampleEvents.ServerPort }, Comms = { SampleEvents.ServerName }, Verdicts = { CloseWait.V1.Verdict.EofNotRead } }, s_facts);

    private readonly TcpEvent _event = SampleEvents.Transition(1);
    private TrackedSocket _socket;

    /// <summary>The ledger's own record of a socket.</summary>
    [GlobalSetup]
    public void Track()
    {
        SocketLedger ledger = new(new LedgerOptions(), (LedgerChangeKind kind, in TrackedSocket socket) => _socket = socket);
        TcpSocketEvent enter = SampleEvents.Enter(1);
        ledger.Apply(in enter);
        if (!_onePort.Matches(in _event) || _otherPorts.Matches(in _event) || !_peerAndName.Matches(in _event) || !_sockets.Matches(in _socket))
            throw new InvalidOperationException("the filters let pass what they should not, or the other way round");
    }

    [Benchmark]
    public bool TransitionByPort() => _onePort.Matches(in _event);

    [Benchmark]
    public bool TransitionByOtherPorts100() => _otherPorts.Matches(in _event);

    [Benchmark]
    public bool TransitionByPeerAndName() => _peerAndName.Matches(in _event);

    [Benchmark]
    public bool SocketByPortNameAndVerdict() => _sockets.Matches(in _socket);

    private static TransitionPredicate Transitions(SocketFilter filter) => FilterParser.ParseTransitions(filter, s_facts);
}
