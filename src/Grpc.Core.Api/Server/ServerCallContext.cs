// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>What a service sees of a call besides its messages.</summary>
public abstract class ServerCallContext
{
    private Dictionary<object, object>? _userState;

    /// <summary>Path of the method: <c>/service/method</c>.</summary>
    public string Method => MethodCore;

    /// <summary>Host that the client named.</summary>
    public string Host => HostCore;

    /// <summary>Address of the client.</summary>
    public string Peer => PeerCore;

    /// <summary>When the call ends at the latest, in UTC.</summary>
    public DateTime Deadline => DeadlineCore;

    /// <summary>Headers of the client.</summary>
    public Metadata RequestHeaders => RequestHeadersCore;

    /// <summary>Fires when the client cancels or leaves, or the deadline passes.</summary>
    public CancellationToken CancellationToken => CancellationTokenCore;

    /// <summary>Trailers to send after the last response.</summary>
    public Metadata ResponseTrailers => ResponseTrailersCore;

    /// <summary>Status to send after the last response.</summary>
    public Status Status
    {
        get => StatusCore;
        set => StatusCore = value;
    }

    /// <summary>How responses are written.</summary>
    public WriteOptions? WriteOptions
    {
        get => WriteOptionsCore;
        set => WriteOptionsCore = value;
    }

    /// <summary>How the client is authenticated.</summary>
    public AuthContext AuthContext => AuthContextCore;

    /// <summary>Notes that interceptors and the service leave for each other.</summary>
    public IDictionary<object, object> UserState => UserStateCore;

    /// <summary>Backs <see cref="Method"/>.</summary>
    protected abstract string MethodCore { get; }

    /// <summary>Backs <see cref="Host"/>.</summary>
    protected abstract string HostCore { get; }

    /// <summary>Backs <see cref="Peer"/>.</summary>
    protected abstract string PeerCore { get; }

    /// <summary>Backs <see cref="Deadline"/>.</summary>
    protected abstract DateTime DeadlineCore { get; }

    /// <summary>Backs <see cref="RequestHeaders"/>.</summary>
    protected abstract Metadata RequestHeadersCore { get; }

    /// <summary>Backs <see cref="CancellationToken"/>.</summary>
    protected abstract CancellationToken CancellationTokenCore { get; }

    /// <summary>Backs <see cref="ResponseTrailers"/>.</summary>
    protected abstract Metadata ResponseTrailersCore { get; }

    /// <summary>Backs <see cref="Status"/>.</summary>
    protected abstract Status StatusCore { get; set; }

    /// <summary>Backs <see cref="WriteOptions"/>.</summary>
    protected abstract WriteOptions? WriteOptionsCore { get; set; }

    /// <summary>Backs <see cref="AuthContext"/>.</summary>
    protected abstract AuthContext AuthContextCore { get; }

    /// <summary>Backs <see cref="UserState"/>.</summary>
    protected virtual IDictionary<object, object> UserStateCore => _userState ??= [];

    /// <summary>Sends the response headers now; otherwise they leave with the first response.</summary>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders) => WriteResponseHeadersAsyncCore(responseHeaders);

    /// <summary>Backs <see cref="WriteResponseHeadersAsync"/>.</summary>
    protected abstract Task WriteResponseHeadersAsyncCore(Metadata responseHeaders);

    /// <summary>Returns what a call made on behalf of this one inherits; the server library here refuses.</summary>
    protected abstract ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options);
}
