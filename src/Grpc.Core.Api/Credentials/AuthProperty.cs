// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Grpc.Core;

/// <summary>One fact about an authenticated peer, such as a name in its certificate.</summary>
public sealed class AuthProperty
{
    private readonly byte[] _value;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        _value = value;
    }

    /// <summary>Name of the fact.</summary>
    public string Name { get; }

    /// <summary>The fact as UTF-8 text.</summary>
    public string Value => Encoding.UTF8.GetString(_value);

    /// <summary>Creates a property. The bytes are copied.</summary>
    public static AuthProperty Create(string name, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        return new AuthProperty(name, [.. value]);
    }
}
