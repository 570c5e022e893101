// SPDX-License-Identifier: Apache-2.0
namespace Grpc.Core;

/// <summary>How the peer of a server call is authenticated.</summary>
public sealed class AuthContext
{
    private readonly Dictionary<string, List<AuthProperty>> _properties;

    /// <summary>Creates a context; without the name of an identity property the peer is not authenticated.</summary>
    public AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        PeerIdentityPropertyName = peerIdentityPropertyName;
        _properties = properties;
    }

    /// <summary>Whether the peer proved who it is.</summary>
    public bool IsPeerAuthenticated => PeerIdentityPropertyName is not null;

    /// <summary>Name of the property that identifies the peer; null: not authenticated.</summary>
    public string? PeerIdentityPropertyName { get; }

    /// <summary>Who the peer is; empty: not authenticated.</summary>
    public IEnumerable<AuthProperty> PeerIdentity =>
        PeerIdentityPropertyName is null ? [] : FindPropertiesByName(PeerIdentityPropertyName);

    /// <summary>Returns the properties with this name.</summary>
    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) =>
        _properties.TryGetValue(propertyName, out List<AuthProperty>? found) ? found : [];
}
