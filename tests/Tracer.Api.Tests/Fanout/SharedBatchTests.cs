// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using CloseWait.V1;
using Tracer.Api.Fanout;
using Tracer.Api.Mapping;
using Tracer.Api.Tests.Given;
using Tracer.Wire;
using Xunit;

namespace Tracer.Api.Tests.Fanout;

public class SharedBatchTests
{
    private readonly FakeFacts _facts = new();
    private readonly BatchPool _pool = new();

    [Fact]
    public void Every_choice_of_events_has_their_bytes_in_whatever_order_they_were_asked_for()
    {
        SharedBatch batch = Filled(TestSockets.Transitions(1, 20));
        TransitionEncoder encoder = new(_facts);
        Assert.Equal([6ul, 8, 20], Cookies(page => batch.CopyTo(page, [5, 7, 19], encoder)));
        Assert.Equal([1ul, 6, 7], Cookies(page => batch.CopyTo(page, [0, 5, 6], encoder)));
        Assert.Equal(Enumerable.Range(3, 10).Select(static i => (ulong)i), Cookies(page => batch.CopyTo(page, 2, 10, encoder)));
        Assert.Equal(Enumerable.Range(1, 20).Select(static i => (ulong)i), Cookies(page => batch.CopyTo(page, 0, 20, encoder)));
    }

    [Fact]
    public void An_event_is_encoded_once_for_all()
    {
        _facts.AddProcess(7, "nginx", "/usr/sbin/nginx");
        TcpEvent[] events = TestSockets.Transitions(1, 100);
        foreach (ref TcpEvent tcpEvent in events.AsSpan())
            (tcpEvent.Owner, tcpEvent.OwnerSource) = (WireValues.Actor(7, "nginx"), TcpOwnerSource.Task);
        SharedBatch batch = Filled(events);
        TransitionPage first = new();
        batch.CopyTo(first, 0, 100, new TransitionEncoder(_facts));
        _facts.AddProcess(7, "nginx", "/renamed");
        TransitionPage second = new();
        batch.CopyTo(second, 0, 100, new TransitionEncoder(_facts));
        Assert.All(Parse(second), static one => Assert.Equal("/usr/sbin/nginx", one.Owner.Exe));
    }

    [Fact]
    public void A_batch_used_again_has_its_new_bytes()
    {
        TransitionEncoder encoder = new(_facts);
        SharedBatch batch = Filled(TestSockets.Transitions(1, 8));
        Assert.Equal(8, Cookies(page => batch.CopyTo(page, 0, 8, encoder)).Count);
        batch.Release();
        SharedBatch again = Filled(TestSockets.Transitions(51, 3));
        Assert.Same(batch, again);
        Assert.Equal([51ul, 52, 53], Cookies(page => again.CopyTo(page, 0, 3, encoder)));
    }

    [Fact]
    public void Bytes_given_out_stay_as_they_were_when_the_array_grows()
    {
        _facts.AddProcess(7, "nginx", new string('x', 4000));
        TcpEvent[] events = TestSockets.Transitions(1, 8);
        foreach (ref TcpEvent tcpEvent in events.AsSpan(1))
            (tcpEvent.Owner, tcpEvent.OwnerSource) = (WireValues.Actor(7, "nginx"), TcpOwnerSource.Task);
        SharedBatch batch = Filled(events);
        TransitionPage early = new();
        TransitionEncoder encoder = new(_facts);
        batch.CopyTo(early, 0, 2, encoder);
        batch.CopyTo(early, [5], encoder);
        Assert.Equal(8, Cookies(page => batch.CopyTo(page, 0, 8, encoder)).Count);
        Assert.Equal([1ul, 2, 6], Parse(early).Select(static one => one.Cookie));
    }

    [Fact]
    public void Neighbours_become_one_range()
    {
        SharedBatch batch = Filled(TestSockets.Transitions(1, 8));
        TransitionPage page = new();
        TransitionEncoder encoder = new(_facts);
        batch.CopyTo(page, [0, 1, 2], encoder);
        batch.CopyTo(page, 3, 5, encoder);
        Assert.Equal((8, 1), (page.Count, Writes(page)));
    }

    [Fact]
    public async Task Any_number_of_threads_read_one_batch_at_once()
    {
        for (int round = 0; round < 50; round++)
        {
            SharedBatch batch = Filled(TestSockets.Transitions(1, 256));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(
                () =>
                {
                    TransitionEncoder encoder = new(_facts);
                    byte[] picks = [.. Enumerable.Range(0, 256).Where(i => i % (thread + 1) == 0).Select(static i => (byte)i)];
                    Assert.Equal(picks.Select(static pick => pick + 1ul), Cookies(page => batch.CopyTo(page, picks, encoder)));
                    Assert.Equal(256, Cookies(page => batch.CopyTo(page, 0, 256, encoder)).Count);
                },
                TestContext.Current.CancellationToken)));
            batch.Release();
        }
    }

    private SharedBatch Filled(TcpEvent[] events)
    {
        SharedBatch batch = _pool.Rent(events.Length);
        batch.Fill(events);
        return batch;
    }

    private static List<ulong> Cookies(Action<TransitionPage> fill)
    {
        TransitionPage page = new();
        fill(page);
        List<ulong> cookies = [.. Parse(page).Select(static one => one.Cookie)];
        Assert.Equal(page.Count, cookies.Count);
        return cookies;
    }

    private static IReadOnlyList<Transition> Parse(TransitionPage page)
    {
        ArrayBufferWriter<byte> writer = new();
        page.WriteTo(writer);
        Assert.Equal(page.Bytes, writer.WrittenCount);
        return TransitionBatch.Parser.ParseFrom(writer.WrittenSpan).Transitions;
    }

    private static int Writes(TransitionPage page)
    {
        CountingWriter writer = new();
        page.WriteTo(writer);
        return writer.Advances;
    }

    private sealed class CountingWriter : IBufferWriter<byte>
    {
        private readonly byte[] _bytes = new byte[65_536];

        public int Advances { get; private set; }

        public void Advance(int count) => Advances++;

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes;

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes;
    }
}
