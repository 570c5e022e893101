// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>A writer that knows no cancellation does not pretend to.</summary>
public sealed class StreamWriterTests
{
    [Fact]
    public async Task Writer_without_cancellation_takes_only_a_token_that_never_fires()
    {
        var plain = new PlainWriter();
        IAsyncStreamWriter<string> writer = plain;
        using var cancellation = new CancellationTokenSource();

        await writer.WriteAsync("written", CancellationToken.None);
        await Assert.ThrowsAsync<NotSupportedException>(() => writer.WriteAsync("refused", cancellation.Token));

        Assert.Equal(["written"], plain.Messages);
    }

    private sealed class PlainWriter : IAsyncStreamWriter<string>
    {
        public List<string> Messages { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message)
        {
            Messages.Add(message);
            return Task.CompletedTask;
        }
    }
}
