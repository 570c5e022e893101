// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>A method of a service, without its message types.</summary>
public interface IMethod
{
    /// <summary>Which side streams.</summary>
    MethodType Type { get; }

    /// <summary>Full name of the service, with its package.</summary>
    string ServiceName { get; }

    /// <summary>Name within the service.</summary>
    string Name { get; }

    /// <summary>Path on the wire: <c>/service/method</c>.</summary>
    string FullName { get; }
}
