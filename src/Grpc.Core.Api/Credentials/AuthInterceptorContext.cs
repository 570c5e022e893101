// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Which call is to be authenticated.</summary>
public sealed class AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
{
    /// <summary>URL of the service.</summary>
    public string ServiceUrl { get; } = serviceUrl;

    /// <summary>Name of the method.</summary>
    public string MethodName { get; } = methodName;

    /// <summary>Fires when the call is cancelled.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}
