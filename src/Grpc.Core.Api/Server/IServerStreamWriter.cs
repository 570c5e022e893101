// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>The responses of a call, to write.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
