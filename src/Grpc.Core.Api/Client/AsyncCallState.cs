// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>What every kind of call can tell and do besides its messages.</summary>
internal readonly struct AsyncCallState(
    Func<object, Task<Metadata>> responseHeadersAsync,
    Func<object, Status> getStatus,
    Func<object, Metadata> getTrailers,
    Action<object> dispose,
    object state)
{
    public Task<Metadata> ResponseHeadersAsync() => responseHeadersAsync(state);

    public Status GetStatus() => getStatus(state);

    public Metadata GetTrailers() => getTrailers(state);

    public void Dispose() => dispose(state);
}
