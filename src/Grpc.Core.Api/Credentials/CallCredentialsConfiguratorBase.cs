// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Takes the description of call credentials.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>The credentials are headers from an interceptor.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);

    /// <summary>The credentials are several in one.</summary>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);
}
