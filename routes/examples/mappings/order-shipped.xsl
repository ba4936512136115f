<?xml version="1.0" encoding="UTF-8"?>
<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="/order">
    <event>
      <eventId>order_<xsl:value-of select="@number"/>_shipped_v1</eventId>
      <phone><xsl:value-of select="customer/phone"/></phone>
      <consentAt><xsl:value-of select="customer/consent"/></consentAt>
      <orderId><xsl:value-of select="@number"/></orderId>
      <xsl:if test="tracking">
        <trackingUrl><xsl:value-of select="tracking"/></trackingUrl>
      </xsl:if>
    </event>
  </xsl:template>
</xsl:stylesheet>
