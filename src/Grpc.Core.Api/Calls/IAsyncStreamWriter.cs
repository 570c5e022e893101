// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A stream of messages to write, one at a time.</summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the next messages are written.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes one message; the next may be written when the task has completed.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes one message, unless cancelled.</summary>
    /// <remarks>A writer that cannot cancel accepts only a token that never fires.</remarks>
    Task WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? throw new NotSupportedException("This stream writer cannot cancel a write.")
            : WriteAsync(message);
}
