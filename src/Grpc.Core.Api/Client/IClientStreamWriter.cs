// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>The requests of a call, to write.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the stream of requests.</summary>
    Task CompleteAsync();
}
