// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A stream of messages to read.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that <see cref="MoveNext"/> reached.</summary>
    T Current { get; }

    /// <summary>Reads the next message; false when the stream has ended.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
