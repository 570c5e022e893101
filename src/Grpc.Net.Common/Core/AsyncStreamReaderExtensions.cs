// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>Lets a stream of messages be read with <c>await foreach</c>.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Returns every message until the stream ends.</summary>
    public static IAsyncEnumerable<T> ReadAllAsync<T>(this IAsyncStreamReader<T> streamReader, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return ReadUntilEndAsync(streamReader, cancellationToken);
    }

    private static async IAsyncEnumerable<T> ReadUntilEndAsync<T>(
        IAsyncStreamReader<T> streamReader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await streamReader.MoveNext(cancellationToken).ConfigureAwait(false))
            yield return streamReader.Current;
    }
}
