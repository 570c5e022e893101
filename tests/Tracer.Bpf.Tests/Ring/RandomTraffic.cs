// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Bpf.Tests.Ring;

/// <summary>A kernel that reserves, submits and discards, and a reader that keeps up now and then, in an order that the seed decides.</summary>
internal sealed class RandomTraffic
{
    private readonly int _seed;
    private readonly Random _random;

    public RandomTraffic(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        Ring = new RingArray(1024, start: (ulong)_random.Next(1 << 20) * 8);
    }

    public RingArray Ring { get; }

    /// <summary>Payloads that were reserved and not yet read, oldest first; those to be discarded are left out.</summary>
    public Queue<byte[]> Expected { get; } = new();

    /// <summary>Reserved, and neither submitted nor discarded yet.</summary>
    public Queue<(ulong Position, byte[] Payload, bool Discard)> Unfinished { get; } = new();

    public int Received { get; private set; }

    public void Step()
    {
        switch (_random.Next(10))
        {
            case < 4:
                Reserve();
                break;
            case < 8:
                Finish();
                break;
            case 8:
                Read();
                break;
            default:
                Ring.Reader.Release();
                break;
        }
    }

    private void Reserve()
    {
        byte[] payload = new byte[_random.Next(200)];
        _random.NextBytes(payload);
        if (Ring.Reserve(payload.Length) is not { } position)
            return;
        bool discard = _random.Next(4) == 0;
        Unfinished.Enqueue((position, payload, discard));
        if (!discard)
            Expected.Enqueue(payload);
    }

    private void Finish()
    {
        if (!Unfinished.TryDequeue(out var done))
            return;
        if (done.Discard)
            Ring.Discard(done.Position, done.Payload.Length);
        else
            Ring.Submit(done.Position, done.Payload);
    }

    private void Read()
    {
        for (int limit = _random.Next(6); limit > 0 && Ring.Reader.TryRead(out ReadOnlySpan<byte> record); limit--, Received++)
            Assert.True(record.SequenceEqual(Expected.Dequeue()), $"record {Received} of seed {_seed} differs");
    }
}
