// SPDX-License-Identifier: Apache-2.0
using BenchmarkDotNet.Attributes;
using Tracer.Api.Mapping;
using Tracer.Bench.Streaming;
using Tracer.Wire;

namespace Tracer.Benchmarks;

/// <summary>State changes become the bytes of a message, once for all clients.</summary>
public class EncoderBenchmarks
{
    private const int Batch = 256; // as the pump publishes them

    private readonly TransitionEncoder _encoder = new(new NoFacts());
    private readonly TcpEvent[] _events = [.. Enumerable.Range(1, Batch).Select(number => SampleEvents.Transition((ulong)number))];
    private readonly byte[] _room = new byte[4096];

    [Benchmark(OperationsPerInvoke = Batch)]
    public int Transition()
    {
        int bytes = 0;
        _encoder.Begin();
        foreach (ref readonly TcpEvent tcpEvent in _events.AsSpan())
        {
            if (_encoder.Measure(in tcpEvent) <= _room.Length)
                bytes += _encoder.Write(in tcpEvent, _room);
        }

        return bytes;
    }
}
