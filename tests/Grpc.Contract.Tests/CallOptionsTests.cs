// SPDX-License-Identifier: Apache-2.0
using Grpc.Core;
using Xunit;

namespace Grpc.Contract.Tests;

/// <summary>Options are values: a change makes a copy that differs in nothing else.</summary>
public sealed class CallOptionsTests
{
    [Fact]
    public void Copy_keeps_everything_but_what_is_changed()
    {
        using var cancellation = new CancellationTokenSource();
        var headers = new Metadata();
        DateTime deadline = DateTime.UtcNow;
        var original = new CallOptions(headers, deadline, cancellation.Token, new WriteOptions(WriteFlags.BufferHint));

        CallOptions copy = original.WithWaitForReady().WithWriteOptions(new WriteOptions(WriteFlags.NoCompress));

        Assert.Same(headers, copy.Headers);
        Assert.Equal(deadline, copy.Deadline);
        Assert.Equal(cancellation.Token, copy.CancellationToken);
        Assert.Equal((WriteFlags.NoCompress, true), (copy.WriteOptions!.Flags, copy.IsWaitForReady));
        Assert.Equal((WriteFlags.BufferHint, false), (original.WriteOptions!.Flags, original.IsWaitForReady));
    }

    [Fact]
    public void Options_of_nobody_are_empty()
    {
        CallOptions options = default;

        Assert.Null(options.Headers);
        Assert.Null(options.Deadline);
        Assert.Null(options.WriteOptions);
        Assert.Null(options.Credentials);
        Assert.False(options.IsWaitForReady);
        Assert.Equal(default, WriteOptions.Default.Flags);
    }
}
