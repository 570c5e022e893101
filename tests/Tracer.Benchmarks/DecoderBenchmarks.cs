// SPDX-License-Identifier: Apache-2.0
using BenchmarkDotNet.Attributes;
using Tracer.Wire;

namespace Tracer.Benchmarks;

/// <summary>A record of the ring becomes a struct, by the kind in its header as the pump does it.</summary>
public class DecoderBenchmarks
{
    private readonly byte[] _transition = SampleEvents.BytesOf(SampleEvents.Transition(1));
    private readonly byte[] _enter = SampleEvents.BytesOf(SampleEvents.Enter(1));
    private TcpEvent _event;
    private TcpSocketEvent _socketEvent;

    [Benchmark]
    public ulong Transition() =>
        WireReader.PeekKind(_transition) == TcpEventKind.Transition && WireReader.TryReadEvent(_transition, out _event) == DecodeStatus.Ok
            ? _event.KtimeNs
            : throw new InvalidOperationException("not decoded");

    [Benchmark]
    public ulong CloseWaitEnter() =>
        WireReader.PeekKind(_enter) == TcpEventKind.CloseWaitEnter && WireReader.TryReadSocketEvent(_enter, out _socketEvent) == DecodeStatus.Ok
            ? _socketEvent.Event.KtimeNs
            : throw new InvalidOperationException("not decoded");
}
