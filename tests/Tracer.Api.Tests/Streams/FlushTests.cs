// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Tracer.Api.Filters;
using Tracer.Api.Streams;
using Tracer.Api.Tests.Given;
using Xunit;
using Proto = CloseWait.V1;

namespace Tracer.Api.Tests.Streams;

public class FlushTests
{
    [Theory]
    [InlineData(1000, 1000, "256+ 256+ 256+ 232")]
    [InlineData(256, 256, "256")]
    [InlineData(100, 100, "100")]
    [InlineData(1256, 256, "256")] // what follows the page does not match
    public async Task What_is_there_already_goes_out_with_one_flush(int events, int matching, string messages)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Deadline.Token());
        Recorder recorder = new(end);
        FakeFacts facts = new();
        EventHub hub = new();
        recorder.AtStart = () => hub.PublishTransitions(
            [.. TestSockets.Transitions(1, events).Select((e, i) => e with { LocalPort = (ushort)(i < matching ? 80 : 81) })]);
        TransitionPredicate predicate = FilterParser.ParseTransitions(new Proto.SocketFilter { LocalPorts = { 80 } }, facts);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new TransitionStream(hub, facts, recorder, TimeSpan.FromMilliseconds(500)).RunAsync(predicate, end.Token));

        Assert.Equal(messages, recorder.Text);
    }

    [Fact]
    public async Task No_more_than_some_messages_wait_for_a_flush()
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(Deadline.Token());
        Recorder recorder = new(end);
        FakeFacts facts = new();
        EventHub hub = new();
        recorder.AtStart = () => hub.PublishTransitions(TestSockets.Transitions(1, 20_000));
        TransitionPredicate predicate = FilterParser.ParseTransitions(new Proto.SocketFilter(), facts);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new TransitionStream(hub, facts, recorder, TimeSpan.FromMilliseconds(500)).RunAsync(predicate, end.Token));

        Assert.InRange(recorder.MostUnflushedBytes, 64 * 1024, 256 * 1024);
    }

    /// <summary>Takes the place of the connection until the first heartbeat: how many events each message has, and "+" when it was not flushed.</summary>
    private sealed class Recorder(CancellationTokenSource end) : IServerStreamWriter<TransitionMessage>
    {
        private readonly List<string> _messages = [];
        private int _unflushed;

        public WriteOptions? WriteOptions { get; set; }

        public Action AtStart { get; set; } = () => { };

        public string Text => string.Join(' ', _messages);

        public int MostUnflushedBytes { get; private set; }

        public Task WriteAsync(TransitionMessage message, CancellationToken cancellationToken) => WriteAsync(message);

        public Task WriteAsync(TransitionMessage message)
        {
            bool isFlushed = WriteOptions?.Flags != WriteFlags.BufferHint;
            if (message.Other is { } other)
            {
                Assert.True(isFlushed);
                if (other.Started is not null)
                    AtStart();
                else
                    end.Cancel();
                return Task.CompletedTask;
            }
            _messages.Add($"{message.Page!.Count}{(isFlushed ? "" : "+")}");
            _unflushed += message.Page.Bytes;
            MostUnflushedBytes = Math.Max(MostUnflushedBytes, _unflushed);
            if (isFlushed)
                _unflushed = 0;
            return Task.CompletedTask;
        }
    }
}
