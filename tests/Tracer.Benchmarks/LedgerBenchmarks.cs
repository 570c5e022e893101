// SPDX-License-Identifier: Apache-2.0
using BenchmarkDotNet.Attributes;
using Tracer.Attribution;
using Tracer.Wire;

namespace Tracer.Benchmarks;

/// <summary>One socket enters CLOSE_WAIT and the oldest leaves it, while so many are in it.</summary>
public class LedgerBenchmarks
{
    private const int Repeats = 1_000;

    private SocketLedger _ledger = null!;
    private TcpSocketEvent _enter = SampleEvents.Enter(0);
    private TcpSocketEvent _exit = SampleEvents.Exit(0, 0);
    private ulong _next;
    private long _told;

    [Params(1_000, 100_000)]
    public int Sockets { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _ledger = new SocketLedger(new LedgerOptions(), (LedgerChangeKind kind, in TrackedSocket socket) => _told++);
        for (_next = 1; _next <= (ulong)Sockets; _next++)
            Enter();
    }

    [Benchmark(OperationsPerInvoke = Repeats)]
    public int EnterAndExit()
    {
        for (int i = 0; i < Repeats; i++, _next++)
        {
            Enter();
            Exit();
        }

        _ledger.Tick(_enter.Event.KtimeNs);
        return _ledger.Count;
    }

    /// <summary>What is measured has to have happened.</summary>
    [GlobalCleanup]
    public void Check()
    {
        if (_ledger.Count != Sockets || _told < Sockets)
            throw new InvalidOperationException($"{_ledger.Count} sockets instead of {Sockets}, {_told} changes told");
    }

    private void Enter()
    {
        _enter.Event.Cookie = _next;
        _enter.Event.KtimeNs = SampleEvents.KtimeOf(_next);
        _enter.Record.CloseWaitKtimeNs = _enter.Event.KtimeNs;
        _ledger.Apply(in _enter);
    }

    private void Exit()
    {
        _exit.Event.Cookie = _next - (ulong)Sockets;
        _exit.Event.KtimeNs = _enter.Event.KtimeNs;
        _exit.Record.CloseWaitKtimeNs = SampleEvents.KtimeOf(_exit.Event.Cookie);
        _ledger.Apply(in _exit);
    }
}
