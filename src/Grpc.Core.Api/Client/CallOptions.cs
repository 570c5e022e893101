// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>What a client says about one call besides the request.</summary>
public readonly struct CallOptions
{
    /// <summary>Creates options; everything is optional.</summary>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>Headers to send.</summary>
    public Metadata? Headers { get; }

    /// <summary>When the call ends at the latest, in UTC; null: never.</summary>
    public DateTime? Deadline { get; }

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>How requests are written.</summary>
    public WriteOptions? WriteOptions { get; private init; }

    /// <summary>Context of the server call which this call is made for.</summary>
    public ContextPropagationToken? PropagationToken { get; }

    /// <summary>Credentials for this call only.</summary>
    public CallCredentials? Credentials { get; }

    /// <summary>Whether the call waits for a connection instead of failing at once.</summary>
    public bool IsWaitForReady { get; private init; }

    /// <summary>Returns a copy with other write options.</summary>
    public CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>Returns a copy that waits for a connection.</summary>
    public CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}
