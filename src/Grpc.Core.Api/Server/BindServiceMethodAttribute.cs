// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>Tells the server which static method binds a generated service.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BindServiceMethodAttribute(Type bindType, string bindMethodName) : Attribute
{
    /// <summary>Type that has the method.</summary>
    public Type BindType { get; } = bindType;

    /// <summary>Name of the method.</summary>
    public string BindMethodName { get; } = bindMethodName;
}
